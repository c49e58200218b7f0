using System.Reflection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary>
/// Which records a caller asks for, from the query: <c>start</c>, <c>end</c>, <c>model</c>, <c>user_id</c>, <c>core_id</c>, each optional.
/// Without <c>accounting:view_tenant</c> they are the caller's own.
/// </summary>
internal sealed record UsageFilter(DateTimeOffset? Start, DateTimeOffset? End, string? Model, string? UserId, string? CoreId, Error? Fault) : IRefusable
{
    /// <summary>By how much a record's id may be older than its time, or younger where a clock was set back.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(1);

    public static ValueTask<UsageFilter?> BindAsync(HttpContext context, ParameterInfo _)
    {
        var faults = new List<Fault>();
        var query = context.Request.Query;
        return ValueTask.FromResult<UsageFilter?>(new(
            Time("start"), Time("end"), query["model"], query["user_id"], query["core_id"], faults.Count > 0 ? KernelErrors.Faulty(faults) : null));

        DateTimeOffset? Time(string name) => QueryTime.Read(query, name, faults);
    }

    public Error? Refuse(Principal caller) => UserId is not null && UserId != caller.UserId.Value && !caller.May(Permissions.AccountingViewTenant)
        ? AccessErrors.PermissionDenied.With($"Others' usage needs the permission '{Permissions.AccountingViewTenant}'.")
        : null;

    public IQueryable<UsageRecord> Apply(IQueryable<UsageRecord> rows, Principal caller)
    {
        var user = caller.May(Permissions.AccountingViewTenant) ? UserId : caller.UserId.Value;
        rows = user is null ? rows : rows.Where(u => u.UserId == user);
        rows = Model is null ? rows : rows.Where(u => u.Model == Model);
        rows = CoreId is null ? rows : rows.Where(u => u.CoreId == CoreId);
        return Between(rows, Start, End);
    }

    /// <summary>The records of a span of time. Their ids say nearly the same, and by those the database finds them without looking at all the others.</summary>
    public static IQueryable<UsageRecord> Between(IQueryable<UsageRecord> rows, DateTimeOffset? start, DateTimeOffset? end)
    {
        if (start is { } from)
        {
            var first = IdSource.FirstAt(UsageRecord.IdPrefix, from - Slack);
            rows = rows.Where(u => string.Compare(u.Id, first) >= 0 && u.CreatedAt >= from);
        }

        if (end is { } until)
        {
            var last = IdSource.FirstAt(UsageRecord.IdPrefix, until + Slack);
            rows = rows.Where(u => string.Compare(u.Id, last) < 0 && u.CreatedAt < until);
        }

        return rows;
    }
}
