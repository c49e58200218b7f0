namespace ScaiGrid.Flows.Language;

/// <summary>Where a function is called, for its faults, and the lambda it is given.</summary>
internal readonly record struct CallSite(int At, Lambda? Lambda);

/// <summary>An argument that is not given is <c>null</c>.</summary>
internal delegate bool FunctionBody(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value);

/// <summary>
/// A function of the language: <c>f(x, …)</c> and <c>x.f(…)</c> are the same call. It has one body for each kind of value
/// it works on; on <c>null</c> it gives <c>null</c>, unless it has a body for that too.
/// </summary>
internal sealed class Function(string name, int required = 0, int optional = 0)
{
    public string Name => name;

    /// <summary>The fewest and most arguments after the value itself, a lambda included.</summary>
    public (int Fewest, int Most) Arguments => (required, required + optional);

    /// <summary>The argument is a lambda.</summary>
    public bool TakesLambda { get; init; }

    /// <summary>It may be written without parentheses, as in <c>items.length</c>.</summary>
    public bool IsProperty { get; init; }

    public FunctionBody? OnNull { get; init; }

    public FunctionBody? OnNumber { get; init; }

    public FunctionBody? OnText { get; init; }

    public FunctionBody? OnArray { get; init; }

    public FunctionBody? OnObject { get; init; }

    public string WorksOn => string.Join(" or ", new[]
    {
        OnNumber is null ? null : "a number", OnText is null ? null : "text", OnArray is null ? null : "an array", OnObject is null ? null : "an object",
    }.OfType<string>());

    public FunctionBody? For(ValueKind kind) => kind switch
    {
        ValueKind.Null => OnNull,
        ValueKind.Number => OnNumber,
        ValueKind.String => OnText,
        ValueKind.Array => OnArray,
        ValueKind.Object => OnObject,
        _ => null,
    };
}
