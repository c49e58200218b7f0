namespace ScaiGrid.Flows.Language;

/// <summary>How messages name the kinds of value.</summary>
internal static class Kinds
{
    public static string Name(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Bool => "a boolean",
        ValueKind.Number => "a number",
        ValueKind.String => "text",
        ValueKind.Array => "an array",
        _ => "an object",
    };

    public static string Capitalized(Value value)
    {
        var name = Name(value);
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}
