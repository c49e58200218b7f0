using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>Who changed what, and that nobody changed the record of it.</summary>
internal static class AuditApi
{
    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        var audit = routes.MapGroup("/v1/audit-log").WithTags("Audit").AddEndpointFilter<Refusals>();

        ListAudit.Map(audit);
        ExportAudit.Map(audit);
        VerifyAudit.Map(audit);
    }
}
