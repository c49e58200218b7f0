using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary>As whom a Core acts: as itself, or as a user who was delegated to it.</summary>
internal static class DelegationApi
{
    public static void MapDelegation(this IEndpointRouteBuilder routes)
    {
        var delegation = routes.MapGroup("/v1/modules/scaicore/cores/{id}/delegation").WithTags("Delegation").AddEndpointFilter<Refusals>();

        GetDelegation.Map(delegation);
        DelegateCore.Map(delegation);
        RevokeDelegation.Map(delegation);
    }
}
