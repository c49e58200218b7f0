using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

internal static class BudgetErrors
{
    public static readonly ErrorType Exceeded = new("BUDGET_EXCEEDED", ErrorKind.RateLimited, "A budget of the caller, or of the tenant or partner, is used up");
    public static readonly ErrorType NotFound = new("BUDGET_NOT_FOUND", ErrorKind.NotFound, "There is no such budget within the caller's reach");
}
