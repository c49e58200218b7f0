using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary><c>GET /v1/accounting/usage/summary</c>: the same records, counted together.</summary>
internal static class SummariseUsage
{
    public enum GroupBy { Model, User, Backend, Tenant, Core }

    public sealed record Response(string? GroupKey, long RequestCount, long InputTokens, long OutputTokens, long TotalTokens, string TotalCost);

    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapGet("/usage/summary", HandleAsync)
        .WithName("SummariseUsage")
        .WithSummary("Sum up usage by model (unless told otherwise), user, backend, tenant or core")
        .Requires(Permissions.AccountingViewOwn)
        .Answers<IReadOnlyList<Response>>()
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Choice<GroupBy> group_by, UsageFilter filter, Principal caller, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        if (filter.Refuse(caller) is { } refused)
        {
            return refused.ToResult();
        }

        await writeBehind.FlushAsync(ct);
        var rows = filter.Apply(db.Usage.AsNoTracking(), caller);
        var grouped = (group_by.Value ?? GroupBy.Model) switch
        {
            GroupBy.User => rows.GroupBy(u => (string?)u.UserId),
            GroupBy.Backend => rows.GroupBy(u => u.BackendId),
            GroupBy.Tenant => rows.GroupBy(u => (string?)u.TenantId),
            GroupBy.Core => rows.GroupBy(u => u.CoreId),
            _ => rows.GroupBy(u => (string?)u.Model),
        };
        var sums = await grouped
            .Select(g => new { g.Key, Requests = g.LongCount(), In = g.Sum(u => u.PromptTokens), Out = g.Sum(u => u.CompletionTokens), Cost = g.Sum(u => u.Cost) })
            .OrderBy(s => s.Key)
            .ToListAsync(ct);
        return Reply.Ok(sums.Select(s => new Response(s.Key, s.Requests, s.In, s.Out, s.In + s.Out, Money.Show(s.Cost))).ToList());
    }
}
