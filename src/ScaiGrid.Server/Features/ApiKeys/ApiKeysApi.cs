using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary>The caller's own keys.</summary>
internal static class ApiKeysApi
{
    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/v1/api-keys").WithTags("API keys").AddEndpointFilter<Refusals>();

        ListApiKeys.Map(keys);
        CreateApiKey.Map(keys);
        DeleteApiKey.Map(keys);
    }
}
