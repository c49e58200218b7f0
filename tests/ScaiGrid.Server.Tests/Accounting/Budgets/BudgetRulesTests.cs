using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Server.Features.Accounting.Budgets;

namespace ScaiGrid.Server.Tests.Accounting.Budgets;

/// <summary>What a budget gives out, without clock and database.</summary>
public sealed class BudgetRulesTests
{
    private static readonly Amount One = new(1, 10, 1);

    [Theory]
    [InlineData("Daily", "2026-03-01T23:59:59Z", "2026-03-01", "2026-03-02")]
    [InlineData("Weekly", "2026-03-01T10:00:00Z", "2026-02-23", "2026-03-02")]
    [InlineData("Weekly", "2026-03-02T00:00:00Z", "2026-03-02", "2026-03-09")]
    [InlineData("Monthly", "2028-02-29T10:00:00+14:00", "2028-02-01", "2028-03-01")]
    [InlineData("Monthly", "2026-01-01T03:00:00+05:00", "2025-12-01", "2026-01-01")]
    [InlineData("Total", "2026-01-01T03:00:00Z", "1970-01-01", null)]
    public void A_period_begins_and_ends_in_UTC(string kind, string now, string start, string? end)
    {
        var period = Period.Of(Enum.Parse<BudgetPeriod>(kind), DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal((start, end), (period.Start.ToString("yyyy-MM-dd"), period.End?.ToString("yyyy-MM-dd")));
        Assert.Equal(TimeSpan.Zero, period.Start.Offset);
    }

    [Fact]
    public void More_is_given_than_is_needed_but_never_more_than_there_is()
    {
        var limits = new Limits(null, null, 1000);

        Assert.Equal(new Amount(0, 0, 5), limits.Grant(default, One));
        Assert.Equal(new Amount(0, 0, 3), limits.Grant(new(0, 0, 997), One));
        Assert.Null(limits.Grant(new(0, 0, 1000), One));
        Assert.Null(limits.Grant(new(0, 0, 2000), One));
        Assert.Equal(default(Amount), limits.Grant(new(0, 0, 2000), default)); // nothing that is limited is needed
    }

    [Fact]
    public void All_limits_must_have_room()
    {
        var limits = new Limits(10m, 100, null);

        Assert.NotNull(limits.Grant(new(9m, 90, 0), One));
        Assert.Null(limits.Grant(new(9.5m, 0, 0), One));
        Assert.Null(limits.Grant(new(0, 95, 0), One));
    }

    [Fact]
    public void Whoever_asks_for_whatever_all_that_is_given_stays_within_the_limit() => Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt[]>(),
        (limit, needs) =>
        {
            var (limits, reserved) = (new Limits(limit.Get / 7m, limit.Get, limit.Get), default(Amount));
            foreach (var need in needs.Select(n => new Amount(n.Get / 70m, n.Get, 1)))
            {
                var granted = limits.Grant(reserved, need);
                Assert.True(granted?.Covers(need) ?? true);
                reserved += granted ?? default;
            }

            return reserved.Cost <= limits.Cost && reserved.Tokens <= limits.Tokens && reserved.Requests <= limits.Requests;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_ledger_gives_no_more_than_its_share_and_takes_back_what_was_not_spent()
    {
        using var ledger = new Ledger(new("bud_1"), Period.Of(BudgetPeriod.Total, DateTimeOffset.UnixEpoch));
        Assert.False(ledger.TryTake(One, 0));
        Assert.Equal(One, ledger.ShortOf(One));

        ledger.Add(One + One);
        Assert.True(ledger.TryTake(One, 1) && ledger.TryTake(One, 1) && !ledger.TryTake(One, 1));
        ledger.Settle(One, new(0.25m, 4, 1), new(0.25m, 4, 1));

        Assert.Equal(new Amount(0.25m, 4, 1), ledger.ShortOf(One));
        Assert.Equal(new LedgerReport(new(0.25m, 4, 1), default, false, false), ledger.Report(100, 10)); // one call is still under way
        Assert.True(ledger.Report(100, 10).IsEmpty);
    }

    [Fact]
    public void A_call_that_cost_more_than_was_kept_back_is_owed()
    {
        using var ledger = new Ledger(new("bud_1"), Period.Of(BudgetPeriod.Total, DateTimeOffset.UnixEpoch));
        ledger.Take(One, 0);
        ledger.Settle(One, new(3m, 10, 1), new(3m, 10, 1));

        var report = ledger.Report(0, 10);

        Assert.Equal((new Amount(3m, 10, 1), new Amount(3m, 10, 1)), (report.Spent, report.Reserved));
        Assert.Equal(One, ledger.ShortOf(One));
    }

    [Fact]
    public void A_quiet_ledger_gives_its_share_back_and_a_report_that_was_not_heard_is_taken_back()
    {
        using var ledger = new Ledger(new("bud_1"), Period.Of(BudgetPeriod.Total, DateTimeOffset.UnixEpoch));
        ledger.Add(One + One);
        Assert.True(ledger.TryTake(One, 5));
        ledger.Settle(One, default, default);

        Assert.True(ledger.Report(14, 10).IsEmpty);
        var report = ledger.Report(15, 10);
        Assert.Equal(new LedgerReport(default, new(-2, -20, -2), false, true), report);
        Assert.False(ledger.TryTake(One, 16));

        ledger.TakeBack(report);
        Assert.True(ledger.TryTake(One, 17));
    }
}
