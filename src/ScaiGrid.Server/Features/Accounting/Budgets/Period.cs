namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>How often a budget begins anew, in UTC; weeks begin on Monday.</summary>
internal enum BudgetPeriod { Daily, Weekly, Monthly, Total }

/// <param name="End">The first moment that does not belong to it; null = it never ends.</param>
internal readonly record struct Period(DateTimeOffset Start, DateTimeOffset? End)
{
    public static Period Of(BudgetPeriod kind, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        switch (kind)
        {
            case BudgetPeriod.Daily:
                return new(day, day.AddDays(1));
            case BudgetPeriod.Weekly:
                var monday = day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
                return new(monday, monday.AddDays(7));
            case BudgetPeriod.Monthly:
                var first = day.AddDays(1 - day.Day);
                return new(first, first.AddMonths(1));
            default:
                return new(DateTimeOffset.UnixEpoch, null);
        }
    }
}
