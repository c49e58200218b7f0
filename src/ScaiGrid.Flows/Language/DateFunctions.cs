namespace ScaiGrid.Flows.Language;

internal static class DateFunctions
{
    public static bool Year(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryPart(ref frame, call.At, self, static day => day.Year, out value);

    public static bool Month(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryPart(ref frame, call.At, self, static day => day.Month, out value);

    public static bool Day(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryPart(ref frame, call.At, self, static day => day.Day, out value);

    private static bool TryPart(ref Frame frame, int at, Value self, Func<DateOnly, int> part, out Value value)
    {
        if (!Dates.TryParse(self.AsString()!, out var day))
        {
            return frame.Fail(EvaluationFault.InvalidArgument, "The text is not a date such as 2026-01-15 or 2026-01-15T10:30:00Z.", at, out value);
        }

        value = part(day);
        return true;
    }
}
