using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary>Writes down what each model call used, before its caller has the whole answer.</summary>
internal sealed class Meter(WriteBehind writeBehind, IdSource ids, TimeProvider clock)
{
    /// <param name="coreId">The Core that was called, or that made the call.</param>
    /// <param name="runId">The run that made the call; null for a call from outside.</param>
    /// <param name="errorCode">Null when the call was answered.</param>
    /// <param name="hold">What was kept back of the payer's budgets, which is settled; null when none concerns the payer.</param>
    public void Record(Principal payer, string requestId, CatalogueModel model, Route? route, ChatResult? result, string? coreId, string? runId, string? errorCode, Hold? hold = null)
    {
        var cost = result is null ? 0 : route?.Prices?.Cost(result.Usage) ?? 0;
        writeBehind.Append(new UsageRecord
        {
            Id = ids.New(UsageRecord.IdPrefix),
            TenantId = payer.TenantId?.Value ?? AuditEntry.Platform,
            PartnerId = payer.PartnerId?.Value,
            UserId = payer.UserId.Value,
            ApiKeyId = payer.ApiKeyId?.Value,
            RequestId = requestId,
            Model = model.Slug,
            BackendId = result?.BackendId,
            CoreId = coreId,
            RunId = runId,
            PromptTokens = result?.Usage.PromptTokens ?? 0,
            CompletionTokens = result?.Usage.CompletionTokens ?? 0,
            Cost = cost,
            LatencyMs = (int)(result?.Latency.TotalMilliseconds ?? 0),
            FirstTokenMs = result is { ContentSent: true, TimeToFirstToken: { } first } ? (int)first.TotalMilliseconds : null,
            Outcome = result?.Outcome switch { ChatOutcome.Answered => UsageOutcome.Completed, ChatOutcome.Canceled => UsageOutcome.Cancelled, _ => UsageOutcome.Failed },
            ErrorCode = errorCode,
            CreatedAt = clock.GetUtcNow(),
        });
        hold?.Settle(BudgetGuard.Concerning(model, new(cost, result is null ? 0 : (long)result.Usage.PromptTokens + result.Usage.CompletionTokens, 1)));
    }
}
