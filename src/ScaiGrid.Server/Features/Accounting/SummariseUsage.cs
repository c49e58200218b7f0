using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary><c>GET /v1/accounting/usage/summary</c>: the same records, counted together.</summary>
internal static class SummariseUsage
{
    private const int DefaultDays = 30, MostDays = 366;

    public enum GroupBy { Model, User, Backend, Tenant, Core, Day }

    public sealed record Response(string? GroupKey, long RequestCount, long InputTokens, long OutputTokens, long TotalTokens, string TotalCost);

    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapGet("/usage/summary", HandleAsync)
        .WithName("SummariseUsage")
        .WithSummary("Sum up usage by model (unless told otherwise), user, backend, tenant, core or day (UTC)")
        .Requires(Permissions.AccountingViewOwn)
        .Answers<IReadOnlyList<Response>>()
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Choice<GroupBy> group_by, UsageFilter filter, Principal caller, Db db, WriteBehind writeBehind, TimeProvider clock, CancellationToken ct)
    {
        if (filter.Refuse(caller) is { } refused)
        {
            return refused.ToResult();
        }

        await writeBehind.FlushAsync(ct);
        if (group_by.Value == GroupBy.Day)
        {
            return await ByDayAsync(filter, caller, db, clock.GetUtcNow(), ct);
        }

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

    /// <summary>One sum for each day on which something was used, of the last 30 days unless told. Each is a span of ids, so that no day costs more than its own records.</summary>
    private static async Task<IResult> ByDayAsync(UsageFilter filter, Principal caller, Db db, DateTimeOffset now, CancellationToken ct)
    {
        var end = filter.End ?? now.AddSeconds(1);
        var start = filter.Start ?? new DateTimeOffset(end.UtcDateTime.Date, TimeSpan.Zero).AddDays(1 - DefaultDays);
        if (end - start > TimeSpan.FromDays(MostDays))
        {
            return KernelErrors.Validation.At("start", $"must be at most {MostDays} days before the end when usage is summed up by day").ToResult();
        }

        var rows = (filter with { Start = null, End = null }).Apply(db.Usage.AsNoTracking(), caller);
        var days = new List<Response>();
        for (var day = start; day < end;)
        {
            var next = new DateTimeOffset(day.UtcDateTime.Date, TimeSpan.Zero).AddDays(1);
            var sum = await UsageFilter.Between(rows, day, next < end ? next : end)
                .GroupBy(_ => 1)
                .Select(g => new { Requests = g.LongCount(), In = g.Sum(u => u.PromptTokens), Out = g.Sum(u => u.CompletionTokens), Cost = g.Sum(u => u.Cost) })
                .SingleOrDefaultAsync(ct);
            if (sum is not null)
            {
                days.Add(new(day.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), sum.Requests, sum.In, sum.Out, sum.In + sum.Out, Money.Show(sum.Cost)));
            }

            day = next;
        }

        return Reply.Ok(days);
    }
}
