using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary><c>/v1/accounting/budgets</c>: what may be spent, and what was.</summary>
internal static class BudgetsApi
{
    public static void MapBudgets(this IEndpointRouteBuilder accounting)
    {
        accounting.MapGet("/budgets", ListAsync)
            .WithName("ListBudgets")
            .WithSummary("List the budgets within your reach, the newest first, and what was spent of them")
            .Requires(Permissions.AccountingManageBudgets)
            .AnswersPage<BudgetView>()
            .ProducesErrors(KernelErrors.Validation);

        accounting.MapGet("/budgets/{id}", GetAsync)
            .WithName("GetBudget")
            .WithSummary("Get a budget and what was spent of it in this period")
            .Requires(Permissions.AccountingManageBudgets)
            .Answers<BudgetView>()
            .ProducesErrors(BudgetErrors.NotFound);

        CreateBudget.Map(accounting);
        UpdateBudget.Map(accounting);

        accounting.MapDelete("/budgets/{id}", DeleteAsync)
            .WithName("DeleteBudget")
            .WithSummary("Delete a budget; calls are no longer held to it")
            .Requires(Permissions.AccountingManageBudgets)
            .Audits("budget.delete")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(BudgetErrors.NotFound);
    }

    private static async Task<IResult> ListAsync(Paging paging, Principal caller, Db db, TimeProvider clock, CancellationToken ct)
    {
        var budgets = db.Budgets.AsNoTracking().Reach(caller);
        if (paging.After is { } after)
        {
            var last = new Id<Budget>(after);
            budgets = budgets.Where(b => b.Id < last);
        }

        var page = await budgets.OrderByDescending(b => b.Id).Take(paging.Limit + 1).ToListAsync(ct);
        var now = clock.GetUtcNow();
        var ids = page.ConvertAll(b => b.Id);
        var starts = page.Select(b => Period.Of(b.Period, now).Start).Distinct().ToList();
        var spendings = await db.BudgetSpendings.AsNoTracking().Where(s => ids.Contains(s.BudgetId) && starts.Contains(s.PeriodStart)).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, b => b.Id.Value, b => BudgetView.Of(b, spendings.Find(s => s.BudgetId == b.Id && s.PeriodStart == Period.Of(b.Period, now).Start), now)));
    }

    private static async Task<IResult> GetAsync(Id<Budget> id, Principal caller, Db db, BudgetGuard guard, TimeProvider clock, CancellationToken ct)
    {
        if (!(await db.BudgetToChangeAsync(caller, id, ct)).Succeeded(out var budget, out var error))
        {
            return error.ToResult();
        }

        await guard.FlushAsync(id, ct);
        return Reply.Ok(await ShowAsync(db, budget, clock.GetUtcNow(), ct));
    }

    public static async Task<BudgetView> ShowAsync(Db db, Budget budget, DateTimeOffset now, CancellationToken ct)
    {
        var start = Period.Of(budget.Period, now).Start;
        return BudgetView.Of(budget, await db.BudgetSpendings.AsNoTracking().SingleOrDefaultAsync(s => s.BudgetId == budget.Id && s.PeriodStart == start, ct), now);
    }

    private static async Task<IResult> DeleteAsync(Id<Budget> id, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (!(await db.BudgetToChangeAsync(caller, id, ct)).Succeeded(out var budget, out var error))
            {
                return error;
            }

            db.Remove(budget);
            auditor.Changed(id.Value, BudgetView.Decided(budget), null);
            await db.SaveChangesAsync(ct);
            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }
}
