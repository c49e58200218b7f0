using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary><c>POST /v1/accounting/budgets</c>.</summary>
internal static class CreateBudget
{
    /// <param name="Scope">Whose calls it is for.</param>
    /// <param name="ScopeId">The partner's, tenant's, user's or group's id; null = the caller's own partner or tenant.</param>
    /// <param name="Period">When it begins anew, in UTC. It cannot be changed.</param>
    /// <param name="CostLimit">A decimal, as text such as <c>"250.00"</c>. At least one of the limits is given.</param>
    /// <param name="SoftLimitPct">The fraction of a limit, from 0 to 1, at which webhooks are told.</param>
    public sealed record Request(
        string Name, BudgetScope Scope = BudgetScope.Tenant, string? ScopeId = null, BudgetPeriod Period = BudgetPeriod.Monthly, string? CostLimit = null, long? TokenLimit = null,
        long? RequestLimit = null, HardAction HardAction = HardAction.Block, decimal SoftLimitPct = 0.8m);

    public static void Map(IEndpointRouteBuilder accounting) => accounting
        .MapPost("/budgets", HandleAsync)
        .WithName("CreateBudget")
        .WithSummary("Say what calls may come to in a period; it counts from now on")
        .Requires(Permissions.AccountingManageBudgets)
        .Audits("budget.create")
        .Answers<BudgetView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        var settings = BudgetSettings.Read(request.Name, request.CostLimit, request.TokenLimit, request.RequestLimit, request.SoftLimitPct, faults);
        if (!(await BudgetAccess.ScopeAsync(db, caller, request.Scope, request.ScopeId, ct)).Succeeded(out var scope, out var error))
        {
            if (error.Type != KernelErrors.Validation)
            {
                return error.ToResult();
            }

            faults.AddRange(error.Details);
        }

        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var now = clock.GetUtcNow();
        var budget = new Budget
        {
            Id = ids.New<Budget>(),
            Name = settings.Name,
            Scope = request.Scope,
            ScopeId = scope.Id,
            TenantId = scope.Tenant,
            PartnerId = scope.Partner,
            Period = request.Period,
            CostLimit = settings.Limits.Cost,
            TokenLimit = settings.Limits.Tokens,
            RequestLimit = settings.Limits.Requests,
            HardAction = request.HardAction,
            SoftLimitPct = request.SoftLimitPct,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Add(budget);
        auditor.Changed(budget.Id.Value, null, BudgetView.Decided(budget));
        await db.SaveChangesAsync(ct);
        return Reply.Created(BudgetView.Of(budget, null, now));
    }
}
