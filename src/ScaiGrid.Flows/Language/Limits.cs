namespace ScaiGrid.Flows.Language;

/// <summary>What one expression, template or evaluation may cost. A limit that is hit is a fault, never an exception or a delay.</summary>
public sealed record Limits
{
    public static Limits Default { get; } = new();

    /// <summary>Characters of one expression, alone or in a hole of a template.</summary>
    public int ExpressionLength { get; init; } = 16 * 1024;

    /// <summary>Characters of one template.</summary>
    public int TemplateLength { get; init; } = 1024 * 1024;

    /// <summary>How deep brackets, unary operators, conditionals and lambdas may nest.</summary>
    public int Nesting { get; init; } = 100;

    /// <summary>How many operators may follow each other at one level, as in <c>a + b + c</c> or <c>a.b.c</c>.</summary>
    public int Chain { get; init; } = 500;

    /// <summary>Operations of one evaluation, each turn of a lambda included; 256 characters looked at count as one.</summary>
    public int Steps { get; init; } = 100_000;

    /// <summary>Characters that one evaluation may build altogether; an item of an array or object counts as 16.</summary>
    public int Size { get; init; } = 4 * 1024 * 1024;

    /// <summary>How deep arrays and objects may nest in a value that an evaluation builds.</summary>
    public int ValueDepth { get; init; } = 64;
}
