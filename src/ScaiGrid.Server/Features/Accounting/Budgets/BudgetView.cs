namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>Where a budget stands in its period.</summary>
internal enum BudgetState
{
    /// <summary>No limit is near.</summary>
    Open,

    /// <summary>A limit is near.</summary>
    SoftLimitReached,

    /// <summary>A limit is reached: calls are treated as <c>hard_action</c> says.</summary>
    HardLimitReached,
}

/// <param name="PeriodEnd">Null = it never ends.</param>
/// <param name="Cost">An exact decimal, as text.</param>
/// <param name="State">As of the last second.</param>
internal sealed record BudgetUsageView(
    DateTimeOffset PeriodStart, DateTimeOffset? PeriodEnd, string Cost, long Tokens, long Requests, BudgetState State, DateTimeOffset? SoftLimitReachedAt, DateTimeOffset? HardLimitReachedAt)
{
    public static BudgetUsageView Of(Budget budget, BudgetSpending? spending, DateTimeOffset now)
    {
        var period = Period.Of(budget.Period, now);
        var state = spending?.HardReachedAt is not null && budget.Limits.IsReached(spending.Reserved) ? BudgetState.HardLimitReached
            : budget.Limits.IsReached(spending?.Spent ?? default) ? BudgetState.HardLimitReached
            : budget.Limits.IsReached(spending?.Spent ?? default, budget.SoftLimitPct) ? BudgetState.SoftLimitReached : BudgetState.Open;
        return new(
            period.Start, period.End, Money.Show(spending?.SpentCost ?? 0), spending?.SpentTokens ?? 0, spending?.SpentRequests ?? 0, state, spending?.SoftReachedAt, spending?.HardReachedAt);
    }
}

/// <param name="CostLimit">An exact decimal, as text; null = as much as one likes, as for the others.</param>
/// <param name="Usage">What was spent in this period.</param>
internal sealed record BudgetView(
    string Id, string Name, BudgetScope Scope, string ScopeId, string? TenantId, string? PartnerId, BudgetPeriod Period, string? CostLimit, long? TokenLimit, long? RequestLimit,
    HardAction HardAction, decimal SoftLimitPct, BudgetUsageView Usage, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static BudgetView Of(Budget b, BudgetSpending? spending, DateTimeOffset now) => new(
        b.Id.Value, b.Name, b.Scope, b.ScopeId, b.TenantId?.Value, b.PartnerId?.Value, b.Period, b.CostLimit is { } cost ? Money.Show(cost) : null, b.TokenLimit, b.RequestLimit,
        b.HardAction, b.SoftLimitPct, BudgetUsageView.Of(b, spending, now), b.CreatedAt, b.UpdatedAt);

    /// <summary>What of a budget an admin decided, for the audit log.</summary>
    public static object Decided(Budget b) => new { b.Name, b.Scope, b.ScopeId, b.Period, b.CostLimit, b.TokenLimit, b.RequestLimit, b.HardAction, b.SoftLimitPct };
}
