using System.Globalization;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>What an admin decides of a budget, checked.</summary>
internal readonly record struct BudgetSettings(string Name, Limits Limits)
{
    private const decimal MostCost = 1_000_000_000_000m;

    private const long MostCount = 1_000_000_000_000_000;

    public static BudgetSettings Read(string name, string? cost, long? tokens, long? requests, decimal softLimit, List<Fault> faults)
    {
        void Require(bool holds, string field, string message)
        {
            if (!holds)
            {
                faults.Add(new(field, message));
            }
        }

        decimal? costs = null;
        if (cost is not null)
        {
            var isNumber = decimal.TryParse(cost, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount);
            Require(isNumber && amount is > 0 and <= MostCost && amount.Scale <= 10, "cost_limit", $"must be a decimal above 0, at most {MostCost:0}, with at most 10 decimals, as text such as \"250.00\"");
            costs = amount;
        }

        Require(name.Trim().Length is > 0 and <= 200, "name", "must have 1 to 200 characters");
        Require(tokens is null or (> 0 and <= MostCount), "token_limit", $"must be from 1 to {MostCount}");
        Require(requests is null or (> 0 and <= MostCount), "request_limit", $"must be from 1 to {MostCount}");
        Require(cost is not null || tokens is not null || requests is not null, "cost_limit", "is required, unless there is a token_limit or a request_limit");
        Require(softLimit is >= 0 and <= 1, "soft_limit_pct", "must be from 0 to 1");
        return new(name.Trim(), new(costs, tokens, requests));
    }
}
