namespace ScaiGrid.Flows.Language;

/// <summary>A place in a text. Line and column count from 1, the offset from 0; a column is a UTF-16 unit.</summary>
public sealed record Position(int Line, int Column, int Offset)
{
    internal static Position Of(string text, int offset)
    {
        var before = text.AsSpan(0, Math.Min(offset, text.Length));
        return new(before.Count('\n') + 1, offset - before.LastIndexOf('\n'), offset);
    }

    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>Why a text does not parse, in words for its author.</summary>
public sealed record SyntaxFault(string Message, Position Position);

/// <summary>Why an evaluation gave no value. The code is one of the constants here; the message is for the flow's author.</summary>
public sealed record EvaluationFault(string Code, string Message, Position Position)
{
    /// <summary>An operator or function met a kind of value it does not work on.</summary>
    public const string TypeMismatch = "type_mismatch";

    public const string DivisionByZero = "division_by_zero";

    /// <summary>The result is too large to be a number.</summary>
    public const string NumberRange = "number_range";

    /// <summary>An argument is of the right kind but makes no sense, such as a negative length.</summary>
    public const string InvalidArgument = "invalid_argument";

    /// <summary><c>now()</c> was used where no clock is recorded.</summary>
    public const string NoClock = "no_clock";

    /// <summary>See <see cref="Limits.Steps"/>.</summary>
    public const string LimitSteps = "limit_steps";

    /// <summary>See <see cref="Limits.Size"/>.</summary>
    public const string LimitSize = "limit_size";

    /// <summary>See <see cref="Limits.ValueDepth"/>.</summary>
    public const string LimitDepth = "limit_depth";
}
