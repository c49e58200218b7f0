using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// The five fields of a crontab line: minute, hour, day of month, month, day of week (0 to 7, Sunday is both). A field is a
/// list of <c>*</c>, a number or name, or a range, each of the first and last with a step if need be: <c>*/15</c>,
/// <c>9-17/2</c>, <c>MON-FRI</c>. As in crontab(5), a day is meant by either of its fields when both are told, that is, neither
/// begins with <c>*</c>. Immutable.
/// </summary>
public sealed class CronExpression
{
    // The calendar of weekdays repeats after 400 years: what does not come in them never does.
    private const int Cycle = 400, LastYear = 9_000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Minute = TimeSpan.FromMinutes(1);

    private static readonly (string Name, int From, int To, string[] Words)[] Fields =
    [
        ("minute", 0, 59, []),
        ("hour", 0, 23, []),
        ("day of month", 1, 31, []),
        ("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
        ("day of week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ];

    private readonly ulong _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _eitherDay, _everyHour;

    private CronExpression(string text, ReadOnlySpan<string> parts, ReadOnlySpan<ulong> sets)
    {
        Text = text;
        (_minutes, _hours, _days, _months) = (sets[0], sets[1], sets[2], sets[3]);
        _weekdays = sets[4] | (sets[4] >> 7 & 1);
        _eitherDay = parts[2][0] != '*' && parts[4][0] != '*';
        _everyHour = parts[1][0] == '*';
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public override string ToString() => Text;

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public static string? FaultOf(string text) => TryParse(text, out _, out var fault) ? null : fault;

    /// <param name="fault">A sentence that says what is wrong.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CronExpression? cron, [NotNullWhen(false)] out string? fault)
    {
        cron = null;
        var parts = text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length)
        {
            fault = $"it needs five fields, minute, hour, day of month, month and day of week, and has {parts.Length}.";
            return false;
        }

        var sets = new ulong[Fields.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var part in parts[i].Split(','))
            {
                if (!TryAdd(part, i, ref sets[i]))
                {
                    fault = $"its {Fields[i].Name} '{parts[i]}' is not '*', a number from {Fields[i].From} to {Fields[i].To}, a range, or a list of these.";
                    return false;
                }
            }
        }

        var read = new CronExpression(text, parts, sets);
        cron = read.NextWall(new DateTime(2000, 1, 1)) is null ? null : read;
        fault = cron is null ? "none of its months has such a day." : null;
        return cron is not null;
    }

    /// <summary>
    /// The first moment after the given one that it means, to the minute. Where the clocks change, an expression for certain hours
    /// keeps to one run for each time of day it names: one that is left out comes when the clocks have gone forward, and one that comes twice
    /// counts the first time. An expression for every hour or every few (its hours begin with <c>*</c>) goes by what the clock shows,
    /// so that nothing is missing where an hour comes twice.
    /// </summary>
    /// <returns>Null after the year 9000.</returns>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        if (after.UtcDateTime.Year >= LastYear)
        {
            return null;
        }

        var from = after.UtcDateTime.AddTicks(-(after.UtcTicks % TimeSpan.TicksPerMinute));
        var offset = zone.GetUtcOffset(from);
        var wall = FirstUnseen(from, offset, zone);
        while (NextWall(wall) is { } match)
        {
            // Up to a day ahead, where the offset changes at most once.
            var nextOffset = zone.GetUtcOffset(from + Day);
            var until = nextOffset == offset ? from + Day : Change(from, from + Day, zone);
            if (match < until + offset)
            {
                return Utc(match - offset);
            }

            if (nextOffset == offset)
            {
                from = Later(until, match - offset - Day); // nothing happens before
                (offset, wall) = (zone.GetUtcOffset(from), match);
                continue;
            }

            if (nextOffset > offset && !_everyHour && match < until + nextOffset)
            {
                return Utc(until);
            }

            wall = until + (nextOffset < offset && !_everyHour ? offset : nextOffset);
            (from, offset) = (until, nextOffset);
        }

        return null;
    }

    /// <summary>The first time of day that comes after a moment: in the second coming of an hour, one after that hour.</summary>
    private DateTime FirstUnseen(DateTime from, TimeSpan offset, TimeZoneInfo zone)
    {
        var (next, earlier) = (from + offset + Minute, zone.GetUtcOffset(from - Day));
        return earlier > offset && !_everyHour ? Later(next, Change(from - Day, from, zone) + earlier) : next;
    }

    /// <summary>The minute in which a new offset begins to hold. It holds at the end, and not at the beginning.</summary>
    private static DateTime Change(DateTime from, DateTime to, TimeZoneInfo zone)
    {
        var before = zone.GetUtcOffset(from);
        while (to - from > Minute)
        {
            var middle = from + TimeSpan.FromMinutes(Math.Floor((to - from).TotalMinutes / 2));
            (from, to) = zone.GetUtcOffset(middle) == before ? (middle, to) : (from, middle);
        }

        return to;
    }

    /// <summary>The first date and time, not before the given one, that it names.</summary>
    private DateTime? NextWall(DateTime wall)
    {
        var (date, minute) = (DateOnly.FromDateTime(wall), wall.Hour * 60 + wall.Minute);
        for (var last = date.Year + Cycle; date.Year <= last; minute = 0)
        {
            if (!Has(_months, date.Month))
            {
                date = new DateOnly(date.Year, date.Month, 1).AddMonths(1);
                continue;
            }

            if (IsDay(date) && TimeFrom(minute) is { } time)
            {
                return DateTime.SpecifyKind(date.ToDateTime(time), DateTimeKind.Utc); // a kind of its own would say more than it is
            }

            date = date.AddDays(1);
        }

        return null;
    }

    private bool IsDay(DateOnly date)
    {
        var (byDay, byWeekday) = (Has(_days, date.Day), Has(_weekdays, (int)date.DayOfWeek));
        return _eitherDay ? byDay || byWeekday : byDay && byWeekday;
    }

    private TimeOnly? TimeFrom(int minute)
    {
        var (hour, rest) = (NextIn(_hours, minute / 60), minute % 60);
        if (hour == minute / 60)
        {
            if (NextIn(_minutes, rest) is { } sameHour)
            {
                return new(minute / 60, sameHour);
            }

            hour = NextIn(_hours, minute / 60 + 1);
        }

        return hour is { } later ? new(later, NextIn(_minutes, 0)!.Value) : null;
    }

    private static int? NextIn(ulong set, int from) => set >> from is var rest and not 0 ? from + BitOperations.TrailingZeroCount(rest) : null;

    private static bool Has(ulong set, int member) => (set >> member & 1) != 0;

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    private static bool TryAdd(string part, int field, ref ulong set)
    {
        var (span, step) = part.Split('/') switch
        {
            [var all] => (all, 1),
            [var all, var count] when TryNumber(count, out var steps) => (all, steps),
            _ => ("", 0),
        };
        if (step < 1 || !TrySpan(span, field, span == part, out var from, out var to))
        {
            return false;
        }

        for (long member = from; member <= to; member += step)
        {
            set |= 1UL << (int)member;
        }

        return true;
    }

    private static bool TrySpan(string span, int field, bool mayBeOne, out int from, out int to)
    {
        (_, from, to, _) = Fields[field];
        switch (span.Split('-'))
        {
            case ["*"]:
                return true;
            case [var one] when mayBeOne && TryRead(one, field, out from):
                to = from;
                return true;
            case [var first, var last]:
                return TryRead(first, field, out from) & TryRead(last, field, out to) && from <= to;
            default:
                return false;
        }
    }

    private static bool TryRead(string text, int field, out int value)
    {
        var (_, from, to, words) = Fields[field];
        var word = Array.FindIndex(words, w => w.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = from + word;
        return word >= 0 || TryNumber(text, out value) && value >= from && value <= to;
    }

    private static bool TryNumber(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
