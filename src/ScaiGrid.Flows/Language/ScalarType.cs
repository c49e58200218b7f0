using System.Text.Json;

namespace ScaiGrid.Flows.Language;

/// <summary>A type without parts: its schema, and how a value of it is recognised.</summary>
internal sealed class ScalarType(string expected, Value schema, Func<Value, Value?> accept) : TypeNode
{
    public static ScalarType Text { get; } = Of("text", "string", value => value.Kind == ValueKind.String);

    public static IReadOnlyDictionary<string, TypeNode> ByName { get; } = new Dictionary<string, TypeNode>(StringComparer.Ordinal)
    {
        ["string"] = Text,
        ["int"] = new ScalarType("a whole number", Schema(Member("type", "integer")), ToWhole),
        ["float"] = Of("a number", "number", value => value.Kind == ValueKind.Number),
        ["money"] = Of("an amount of money as a number", "number", value => value.Kind == ValueKind.Number),
        ["bool"] = Of("true or false", "boolean", value => value.Kind == ValueKind.Bool),
        ["date"] = Formatted("a date such as 2026-01-15", "date", Dates.IsDay),
        ["datetime"] = Formatted("a date-time such as 2026-01-15T10:30:00Z", "date-time", Dates.IsTimestamp),
        ["duration"] = new ScalarType("a duration in seconds", Described("number", "A duration in seconds."), ToSeconds),
        ["email"] = Formatted("an email address", "email", IsEmail),
        ["url"] = new ScalarType("a URL that begins with http:// or https://",
            Schema(Member("type", "string"), Member("pattern", "^https?://[^\\s]+$")), value => If(value.AsString() is { } text && IsUrl(text), value)),
        ["uuid"] = Formatted("a UUID", "uuid", text => Guid.TryParseExact(text, "D", out _)),
        ["object"] = new ScalarType("an object, or its JSON as text", Described("string", "A JSON object, written as text."), ToObject),
        ["array"] = new ArrayType(new ScalarType("a value",
            Schema(Member("type", Value.Array("string", "number", "boolean", "null"))), static value => value)),
        ["null"] = Of("null", "null", value => value.IsNull),
    };

    public static ScalarType OneOf(IReadOnlyList<string> options)
    {
        var values = options.Select(option => (Value)option).ToArray();
        return new("one of " + string.Join(", ", options), Schema(Member("type", "string"), Member("enum", Value.Array(values))),
            value => If(value.Kind == ValueKind.String && values.AsSpan().Contains(value), value));
    }

    public override Value ToSchema() => schema;

    public override Value Check(Value value, string path, TypeFaults faults) => accept(value) ?? Fail(faults, path, expected, value);

    private static ScalarType Of(string expected, string type, Predicate<Value> accepts) =>
        new(expected, Schema(Member("type", type)), value => If(accepts(value), value));

    private static ScalarType Formatted(string expected, string format, Predicate<string> accepts) => new(
        expected, Schema(Member("type", "string"), Member("format", format)), value => If(value.AsString() is { } text && accepts(text), value));

    private static Value? If(bool accepted, Value value) => accepted ? value : default(Value?);

    private static Value Described(string type, string description) => Schema(Member("type", type), Member("description", description));

    /// <summary>JSON knows one kind of number: <c>3.0</c> is the whole number 3.</summary>
    private static Value? ToWhole(Value value)
    {
        if (value.TryGetDecimal(out var exact))
        {
            return decimal.IsInteger(exact) ? decimal.Truncate(exact) : default(Value?);
        }

        return If(value.TryGetDouble(out var rounded) && double.IsInteger(rounded), value);
    }

    /// <summary>A number of seconds, or text such as <c>30s</c> or <c>2w</c>.</summary>
    private static Value? ToSeconds(Value value)
    {
        if (value.AsString() is not { Length: > 1 and <= 20 } text)
        {
            return If(value.Kind == ValueKind.Number, value);
        }

        var token = Lexer.Read(text, 0);
        return If(token is { Kind: TokenKind.Number, Start: 0 } && token.End == text.Length && char.IsAsciiLetter(text[^1]), token.Value);
    }

    private static Value? ToObject(Value value)
    {
        if (value.AsString() is not { } text)
        {
            return If(value.Kind == ValueKind.Object, value);
        }

        try
        {
            var parsed = Value.FromJson(text);
            return If(parsed.Kind == ValueKind.Object, parsed);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsEmail(string text) =>
        text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1 && text.LastIndexOf('@') == at
        && text.Length <= 254 && !text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));

    private static bool IsUrl(string text) =>
        (text.StartsWith("http://", StringComparison.Ordinal) || text.StartsWith("https://", StringComparison.Ordinal))
        && Uri.TryCreate(text, UriKind.Absolute, out _) && !text.Any(char.IsWhiteSpace);
}
