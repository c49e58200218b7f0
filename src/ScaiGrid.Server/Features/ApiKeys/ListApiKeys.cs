using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary><c>GET /v1/api-keys</c>: the caller's own keys that were not revoked, the newest first.</summary>
internal static class ListApiKeys
{
    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapGet("/", HandleAsync)
        .WithName("ListApiKeys")
        .WithSummary("List your own API keys, the newest first")
        .Requires(Permissions.ApiKeysManage)
        .AnswersPage<ApiKeyView>()
        .ProducesErrors(KernelErrors.Validation);

    private static async Task<IResult> HandleAsync(Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        var keys = db.ApiKeys.AsNoTracking().Where(k => k.UserId == caller.UserId && k.RevokedAt == null);
        if (paging.After is { } after)
        {
            var last = new Id<ApiKey>(after);
            keys = keys.Where(k => k.Id < last);
        }

        var page = await keys.OrderByDescending(k => k.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, k => k.Id.Value, ApiKeyView.Of));
    }
}
