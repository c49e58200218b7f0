using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

/// <summary>JSON Schema as far as output types use it, written without looking at them; any other keyword is an error.</summary>
internal static partial class SchemaChecker
{
    public static bool Accepts(Value schema, Value value) => schema.Members.All(keyword => Accepts(schema, keyword.Key, keyword.Value, value));

    /// <summary>What OpenAI's strict mode asks of every object in a schema.</summary>
    public static bool IsStrict(Value schema)
    {
        var isObject = schema["type"] == "object" || schema["type"].Items.Contains("object");
        return (!isObject || (schema["additionalProperties"] == false && schema["required"].Items.Select(name => name.ToText()).SequenceEqual(schema["properties"].Members.Keys)))
            && schema["properties"].Members.All(property => IsStrict(property.Value))
            && schema["anyOf"].Items.All(IsStrict)
            && (schema["items"].IsNull || IsStrict(schema["items"]));
    }

    private static bool Accepts(Value schema, string keyword, Value argument, Value value) => keyword switch
    {
        "type" => argument.Kind == ValueKind.Array ? argument.Items.Any(type => IsOf(type.ToText(), value)) : IsOf(argument.ToText(), value),
        "enum" => argument.Items.Contains(value),
        "anyOf" => argument.Items.Any(alternative => Accepts(alternative, value)),
        "items" => value.Items.All(item => Accepts(argument, item)),
        "properties" => value.Members.All(member => argument[member.Key].IsNull || Accepts(argument[member.Key], member.Value)),
        "required" => value.Kind != ValueKind.Object || argument.Items.All(name => value.Members.TryGetValue(name.ToText(), out _)),
        "additionalProperties" => argument == false && value.Members.All(member => schema["properties"].Members.TryGetValue(member.Key, out _)),
        "pattern" => value.AsString() is not { } text || Regex.IsMatch(text, argument.ToText()),
        "format" => value.AsString() is not { } text || IsFormatted(argument.ToText(), text),
        "description" => true,
        _ => throw new InvalidOperationException($"'{keyword}' is not in the subset."),
    };

    private static bool IsOf(string type, Value value) => type switch
    {
        "null" => value.IsNull,
        "string" => value.Kind == ValueKind.String,
        "boolean" => value.Kind == ValueKind.Bool,
        "number" => value.Kind == ValueKind.Number,
        "integer" => value.TryGetDouble(out var number) && double.IsInteger(number),
        "array" => value.Kind == ValueKind.Array,
        "object" => value.Kind == ValueKind.Object,
        _ => throw new InvalidOperationException($"There is no type '{type}'."),
    };

    private static bool IsFormatted(string format, string text) => format switch
    {
        "date" => Date.IsMatch(text),
        "date-time" => Moment.IsMatch(text),
        "email" => Email.IsMatch(text),
        "uuid" => Uuid.IsMatch(text),
        _ => throw new InvalidOperationException($"There is no format '{format}'."),
    };

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    private static partial Regex Date { get; }

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex Moment { get; }

    [GeneratedRegex("^[^@\\s]+@[^@\\s]+$")]
    private static partial Regex Email { get; }

    [GeneratedRegex("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    private static partial Regex Uuid { get; }
}
