using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting;

/// <summary>What was used, by whom, and what it cost.</summary>
internal static class AccountingApi
{
    public static void MapAccounting(this IEndpointRouteBuilder routes)
    {
        var accounting = routes.MapGroup("/v1/accounting").WithTags("Accounting").AddEndpointFilter<Refusals>();

        ListUsage.Map(accounting);
        SummariseUsage.Map(accounting);
        ExportUsage.Map(accounting);
        accounting.MapBudgets();
    }
}
