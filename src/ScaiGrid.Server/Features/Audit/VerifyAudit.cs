using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary><c>GET /v1/audit-log/verify</c>: recomputes the whole chain of the caller's tenant, or of the platform.</summary>
internal static class VerifyAudit
{
    /// <param name="Entries">Lines that are sound, from the first one on.</param>
    /// <param name="BrokenAt">The first line that is not what was written, or is missing; null when all are sound.</param>
    /// <param name="Head">The hash of the last sound line, to be kept elsewhere and compared.</param>
    public sealed record Response(bool Valid, long Entries, long? BrokenAt, string Head);

    public static void Map(IEndpointRouteBuilder audit) => audit
        .MapGet("/verify", HandleAsync)
        .WithName("VerifyAuditLog")
        .WithSummary("Check that nobody changed the record of changes")
        .Requires(Permissions.AdminAccess)
        .Answers<Response>();

    private static async Task<IResult> HandleAsync(Principal caller, Db db, CancellationToken ct)
    {
        var stream = caller.TenantId?.Value ?? AuditEntry.Platform;
        var (sequence, hash) = (0L, "");
        await foreach (var line in db.AuditLog.AsNoTracking().Where(e => e.Stream == stream).OrderBy(e => e.Sequence).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (line.Sequence != sequence + 1 || line.PrevHash != hash || line.Hash != AuditChain.HashOf(line))
            {
                return Reply.Ok(new Response(false, sequence, sequence + 1, hash));
            }

            (sequence, hash) = (line.Sequence, line.Hash);
        }

        var head = await db.Set<AuditHead>().AsNoTracking().SingleOrDefaultAsync(h => h.Stream == stream, ct);
        return head is not null && head.Sequence != sequence
            ? Reply.Ok(new Response(false, sequence, sequence + 1, hash)) // the last lines were cut off
            : Reply.Ok(new Response(true, sequence, null, hash));
    }
}
