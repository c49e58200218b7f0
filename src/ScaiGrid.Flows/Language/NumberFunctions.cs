namespace ScaiGrid.Flows.Language;

/// <summary>A number that is no decimal is either whole, being so large, or next to nothing.</summary>
internal static class NumberFunctions
{
    /// <summary>To a number of digits after the point, 0 unless given; halves go away from zero.</summary>
    public static bool Round(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = self;
        var digits = 0;
        if (!first.IsNull && !Arguments.TryCount(ref frame, call.At, "round", first, out digits))
        {
            return false;
        }

        if (digits > 28)
        {
            return frame.Fail(EvaluationFault.InvalidArgument, "'round' keeps at most 28 digits.", call.At, out value);
        }

        value = Apply(self, number => decimal.Round(number, digits, MidpointRounding.AwayFromZero));
        return true;
    }

    public static bool Floor(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = Apply(self, decimal.Floor);
        return true;
    }

    public static bool Ceil(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = Apply(self, decimal.Ceiling);
        return true;
    }

    public static bool Abs(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        self.TryGetDouble(out var rounded);
        value = self.TryGetDecimal(out var exact) ? Math.Abs(exact) : Value.From(Math.Abs(rounded));
        return true;
    }

    private static Value Apply(Value number, Func<decimal, decimal> function)
    {
        if (number.TryGetDecimal(out var exact))
        {
            return function(exact);
        }

        number.TryGetDouble(out var rounded);
        if (Math.Abs(rounded) >= 1)
        {
            return number;
        }

        var near = (decimal)rounded;
        return function(near != 0 ? near : rounded > 0 ? 1e-28m : -1e-28m);
    }
}
