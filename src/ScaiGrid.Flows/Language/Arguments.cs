namespace ScaiGrid.Flows.Language;

/// <summary>Reads the arguments of functions, with faults that name the function.</summary>
internal static class Arguments
{
    public static bool TryText(ref Frame frame, int at, string function, Value argument, out string text)
    {
        text = argument.AsString() ?? "";
        return argument.Kind == ValueKind.String
            || frame.Fail(EvaluationFault.TypeMismatch, $"'{function}' needs text, not {Kinds.Name(argument)}.", at);
    }

    /// <summary>A whole number from zero on.</summary>
    public static bool TryCount(ref Frame frame, int at, string function, Value argument, out int count)
    {
        count = 0;
        if (!TryWhole(ref frame, at, function, argument, out var number))
        {
            return false;
        }

        count = number;
        return number >= 0 || frame.Fail(EvaluationFault.InvalidArgument, $"'{function}' needs a number that is not negative.", at);
    }

    /// <summary>A start and an end, both within the length, the start not after the end; without an end it is the length.</summary>
    public static bool TrySlice(ref Frame frame, int at, Value first, Value second, int length, out int from, out int to)
    {
        (from, to) = (0, length);
        if (!TryWhole(ref frame, at, "slice", first, out from) || !second.IsNull && !TryWhole(ref frame, at, "slice", second, out to))
        {
            return false;
        }

        from = Math.Clamp(from < 0 ? from + length : from, 0, length);
        to = Math.Clamp(to < 0 ? to + length : to, from, length);
        return true;
    }

    private static bool TryWhole(ref Frame frame, int at, string function, Value argument, out int number)
    {
        number = 0;
        if (argument.Kind != ValueKind.Number)
        {
            return frame.Fail(EvaluationFault.TypeMismatch, $"'{function}' needs a number, not {Kinds.Name(argument)}.", at);
        }

        argument.TryGetDouble(out var value);
        if (value != Math.Floor(value))
        {
            return frame.Fail(EvaluationFault.InvalidArgument, $"'{function}' needs a whole number.", at);
        }

        // Beyond these bounds all numbers act alike, for no text or array is that long.
        number = (int)Math.Clamp(value, -int.MaxValue, int.MaxValue);
        return true;
    }
}
