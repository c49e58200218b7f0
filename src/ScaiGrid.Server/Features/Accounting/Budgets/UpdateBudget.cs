using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary><c>PUT /v1/accounting/budgets/{id}</c>: changes what the body names. What was spent stays spent.</summary>
internal static class UpdateBudget
{
    /// <param name="CostLimit">A decimal, as text; empty text takes the limit away.</param>
    /// <param name="TokenLimit">0 takes the limit away.</param>
    /// <param name="RequestLimit">0 takes the limit away.</param>
    public sealed record Request(string? Name = null, string? CostLimit = null, long? TokenLimit = null, long? RequestLimit = null, HardAction? HardAction = null, decimal? SoftLimitPct = null);

    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapPut("/budgets/{id}", HandleAsync)
        .WithName("UpdateBudget")
        .WithSummary("Change a budget; what was spent stays spent")
        .Requires(Permissions.AccountingManageBudgets)
        .Audits("budget.update")
        .Answers<BudgetView>()
        .ProducesErrors(KernelErrors.Validation, BudgetErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Budget> id, Body<Request> body, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var updated = await db.RetryOnConflictAsync<Result<Budget>>(async () =>
        {
            if (!(await db.BudgetToChangeAsync(caller, id, ct)).Succeeded(out var budget, out var error))
            {
                return error;
            }

            var faults = new List<Fault>();
            var settings = BudgetSettings.Read(
                request.Name ?? budget.Name,
                request.CostLimit is null ? budget.CostLimit is { } cost ? Money.Show(cost) : null : request.CostLimit.Length == 0 ? null : request.CostLimit,
                request.TokenLimit is null ? budget.TokenLimit : request.TokenLimit == 0 ? null : request.TokenLimit,
                request.RequestLimit is null ? budget.RequestLimit : request.RequestLimit == 0 ? null : request.RequestLimit,
                request.SoftLimitPct ?? budget.SoftLimitPct,
                faults);
            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = BudgetView.Decided(budget);
            (budget.Name, budget.CostLimit, budget.TokenLimit, budget.RequestLimit) = (settings.Name, settings.Limits.Cost, settings.Limits.Tokens, settings.Limits.Requests);
            (budget.HardAction, budget.SoftLimitPct, budget.UpdatedAt) = (request.HardAction ?? budget.HardAction, request.SoftLimitPct ?? budget.SoftLimitPct, clock.GetUtcNow());
            auditor.Changed(id.Value, before, BudgetView.Decided(budget));
            await db.SaveChangesAsync(ct);
            return budget;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(await BudgetsApi.ShowAsync(db, changed, clock.GetUtcNow(), ct)) : refused.ToResult();
    }
}
