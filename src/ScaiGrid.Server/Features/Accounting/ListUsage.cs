using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary><c>GET /v1/accounting/usage</c>: what each call used, the newest first.</summary>
internal static class ListUsage
{
    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapGet("/usage", HandleAsync)
        .WithName("ListUsage")
        .WithSummary("List what each call used, the newest first; others' calls only with accounting:view_tenant")
        .Requires(Permissions.AccountingViewOwn)
        .AnswersPage<UsageView>()
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Paging paging, UsageFilter filter, Principal caller, Db db, WriteBehind writeBehind, CancellationToken ct)
    {
        if (filter.Refuse(caller) is { } refused)
        {
            return refused.ToResult();
        }

        await writeBehind.FlushAsync(ct); // a caller finds the calls that he was answered for
        var rows = filter.Apply(db.Usage.AsNoTracking(), caller);
        if (paging.After is { } last)
        {
            rows = rows.Where(u => string.Compare(u.Id, last) < 0);
        }

        var page = await rows.OrderByDescending(u => u.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, u => u.Id, UsageView.Of));
    }
}

/// <param name="Cost">An exact decimal, as text.</param>
internal sealed record UsageView(
    string Id, string RequestId, string Model, string? BackendId, string? CoreId, string? RunId, string UserId, string? ApiKeyId, string TenantId, string? PartnerId,
    long TokensIn, long TokensOut, string Cost, int LatencyMs, int? FirstTokenMs, UsageOutcome Outcome, string? ErrorCode, DateTimeOffset CreatedAt)
{
    public static UsageView Of(UsageRecord u) => new(
        u.Id, u.RequestId, u.Model, u.BackendId, u.CoreId, u.RunId, u.UserId, u.ApiKeyId, u.TenantId, u.PartnerId, u.PromptTokens, u.CompletionTokens,
        Money.Show(u.Cost), u.LatencyMs, u.FirstTokenMs, u.Outcome, u.ErrorCode, u.CreatedAt);
}
