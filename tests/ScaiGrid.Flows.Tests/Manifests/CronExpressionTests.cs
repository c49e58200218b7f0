using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

public class CronExpressionTests
{
    private static readonly string[] Zones =
        ["UTC", "Europe/Amsterdam", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "Antarctica/Troll", "Africa/Casablanca"];

    [Theory]
    [InlineData("* * * * *", "UTC", "2026-03-01T10:00:00Z", "2026-03-01T10:01:00Z")]
    [InlineData("* * * * *", "UTC", "2026-03-01T10:00:59Z", "2026-03-01T10:01:00Z")]
    [InlineData("*/15 9-17 * * MON-FRI", "UTC", "2026-03-06T17:45:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 9 * * *", "Europe/Amsterdam", "2026-01-15T00:00:00Z", "2026-01-15T08:00:00Z")]
    [InlineData("0 9 * * *", "Europe/Amsterdam", "2026-07-15T00:00:00Z", "2026-07-15T07:00:00Z")]
    [InlineData("0 0 1 1 *", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 0 29 2 */7", "UTC", "2088-03-01T00:00:00Z", "2128-02-29T00:00:00Z")] // both must hold: one of them begins with '*'
    [InlineData("0 0 13 * FRI", "UTC", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")] // either does
    [InlineData("0 0 * * 7", "UTC", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("30 8 * jan,DEC sun", "UTC", "2026-02-01T00:00:00Z", "2026-12-06T08:30:00Z")]
    [InlineData("59 23 31 12 *", "Asia/Kolkata", "2026-01-01T00:00:00Z", "2026-12-31T18:29:00Z")]
    public void The_next_time_is_the_first_that_all_fields_mean(string cron, string zone, string after, string next) => Assert.Equal(At(next), Read(cron).Next(At(after), Zone(zone)));

    [Theory]
    [InlineData("30 2 * * *", "2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")] // 02:30 does not come: the clocks go from 02:00 to 03:00
    [InlineData("0,30 2 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z")] // two times left out are one run
    [InlineData("0 2,3 * * *", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z")] // and 03:00 is that same moment
    [InlineData("30 2 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")] // 02:30 comes twice: once only
    [InlineData("30 2 * * *", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z")] // asked between the two
    [InlineData("0 3 * * *", "2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z")]
    [InlineData("0 * * * *", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z")] // every hour is every hour
    [InlineData("*/30 * * * *", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z")]
    [InlineData("30 */2 * * *", "2026-03-28T23:30:00Z", "2026-03-29T02:30:00Z", "2026-03-29T04:30:00Z")] // what the clock does not show is not meant
    public void Clocks_that_change_leave_out_and_repeat_nothing(string cron, string after, string first, string second)
    {
        var zone = Zone("Europe/Amsterdam");

        Assert.Equal([At(first), At(second)], new[] { Read(cron).Next(At(after), zone), Read(cron).Next(At(first), zone) });
    }

    [Theory]
    [InlineData("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z")] // the island left out a whole day, the 30th
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")] // half an hour
    [InlineData("10 23 4 4 *", "America/Santiago", "2026-04-04T00:00:00Z", "2026-04-05T02:10:00Z", "2027-04-05T03:10:00Z")] // the last hour of a day comes twice
    [InlineData("10 * 4 4 *", "America/Santiago", "2026-04-05T02:10:00Z", "2026-04-05T03:10:00Z", "2027-04-04T04:10:00Z")]
    public void So_do_stranger_clocks(string cron, string zone, string after, string first, string second) =>
        Assert.Equal([At(first), At(second)], new[] { Read(cron).Next(At(after), Zone(zone)), Read(cron).Next(At(first), Zone(zone)) });

    [Theory]
    [InlineData("0 0 31 2 *")]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 31 4,6,9,11 *")]
    public void What_never_comes_is_no_schedule(string cron) => Assert.Equal("none of its months has such a day.", CronExpression.FaultOf(cron));

    [Fact]
    public void Time_has_an_end() => Assert.Null(Read("* * * * *").Next(new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeZoneInfo.Utc));

    [Fact]
    public void Times_only_go_up_and_are_those_of_a_walk_from_minute_to_minute() => Prop.ForAll(
        Gen.Zip(Gen.Zip(Expressions, Gen.Elements(Zones)), Gen.Choose(0, 60 * 24 * 365 * 2)).ToArbitrary(),
        drawn =>
        {
            var ((text, id), minutes) = drawn;
            var (cron, zone, from) = (Read(text), Zone(id), At("2025-06-01T00:00:00Z").AddMinutes(minutes));
            var until = from.AddDays(4);
            var met = new List<DateTimeOffset>();
            for (var next = cron.Next(from, zone); next < until; next = cron.Next(next.Value, zone))
            {
                Assert.True(met.Count == 0 || next > met[^1], $"{text} in {id} came to {next} after {met.LastOrDefault()}.");
                met.Add(next.Value);
            }

            Assert.Equal(Walk(text, zone, from, until), met);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Around_each_change_of_the_clocks_the_walk_agrees_too() => Prop.ForAll(
        Gen.Zip(Expressions, Gen.Zip(Gen.Elements("2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z", "2027-03-28T01:00:00Z"), Gen.Choose(-300, 300))).ToArbitrary(),
        drawn =>
        {
            var (text, (near, minutes)) = drawn;
            var (zone, from) = (Zone("Europe/Amsterdam"), At(near).AddMinutes(minutes));

            Assert.Equal(Walk(text, zone, from, from.AddDays(1)).FirstOrDefault(), Read(text).Next(from, zone) is { } next && next < from.AddDays(1) ? next : default);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    /// <summary>The rule itself, minute by minute, from two days before so that it is known which times of day have come.</summary>
    private static List<DateTimeOffset> Walk(string text, TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset until)
    {
        var fields = text.Split(' ').Select((field, i) => Members(field, i)).ToArray();
        var everyHour = text.Split(' ')[1].StartsWith('*');
        var either = !text.Split(' ')[2].StartsWith('*') && !text.Split(' ')[4].StartsWith('*');
        var start = from.AddDays(-2);
        var seen = Wall(start);
        var met = new List<DateTimeOffset>();
        for (var now = start.AddMinutes(1); now < until; now = now.AddMinutes(1))
        {
            var wall = Wall(now);
            var comes = everyHour ? Means(wall) : Enumerable.Range(1, Math.Max(0, (int)(wall - seen).TotalMinutes)).Any(m => Means(seen.AddMinutes(m)));
            seen = wall > seen ? wall : seen;
            if (comes && now > from)
            {
                met.Add(now);
            }
        }

        return met;

        DateTime Wall(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, zone).DateTime;

        bool Means(DateTime wall)
        {
            var (day, weekday) = (fields[2].Contains(wall.Day), fields[4].Contains((int)wall.DayOfWeek));
            return fields[0].Contains(wall.Minute) && fields[1].Contains(wall.Hour) && fields[3].Contains(wall.Month) && (either ? day || weekday : day && weekday);
        }
    }

    private static HashSet<int> Members(string field, int index)
    {
        (int From, int To)[] spans = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
        var (from, to) = spans[index];
        return [.. field.Split(',').SelectMany(part =>
        {
            var step = part.Split('/') is [_, var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 1;
            var ends = part.Split('/')[0].Split('-');
            var (first, last) = ends is ["*"] ? (from, to) : (int.Parse(ends[0], CultureInfo.InvariantCulture), int.Parse(ends[^1], CultureInfo.InvariantCulture));
            return Enumerable.Range(first, last - first + 1).Where(n => (n - first) % step == 0);
        })];
    }

    private static Gen<string> Expressions => from minute in Field(0, 59)
                                              from hour in Field(0, 23)
                                              from day in Gen.Frequency((4, Gen.Constant("*")), (1, Field(1, 28)))
                                              from weekday in Gen.Frequency((4, Gen.Constant("*")), (1, Field(0, 6)))
                                              select $"{minute} {hour} {day} * {weekday}";

    private static Gen<string> Field(int from, int to) => Gen.Frequency(
        (2, Gen.Constant("*")),
        (2, Gen.Choose(2, 20).Select(step => $"*/{step}")),
        (3, Gen.Choose(from, to).Select(one => $"{one}")),
        (2, Gen.Zip(Gen.Choose(from, to), Gen.Choose(from, to)).Select(two => $"{two.Item1},{two.Item2}")),
        (2, Gen.Zip(Gen.Choose(from, to), Gen.Choose(from, to)).Select(two => $"{Math.Min(two.Item1, two.Item2)}-{Math.Max(two.Item1, two.Item2)}/2")));

    private static CronExpression Read(string text)
    {
        Assert.True(CronExpression.TryParse(text, out var cron, out var fault), fault);
        return cron;
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);
}
