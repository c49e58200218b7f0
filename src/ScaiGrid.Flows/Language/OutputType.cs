using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Flows.Language;

/// <summary>
/// The declared type of an answer: text such as <c>array[string]</c>, or an object of field names and types. It gives the
/// schema that a provider is asked to keep to and checks what came back.
/// </summary>
public sealed class OutputType
{
    private readonly TypeNode _root;

    private OutputType(TypeNode root) => _root = root;

    /// <summary>The names of an object's declared fields, in their order; none for other types.</summary>
    public IReadOnlyList<string> FieldNames => _root is ObjectType type ? type.Names : [];

    /// <summary>An object with declared fields, the only root that providers accept in strict structured output.</summary>
    public bool IsObject => _root is ObjectType;

    /// <param name="declaration">Text, or an object of declarations.</param>
    /// <param name="type">The type; null when there are faults.</param>
    /// <param name="faults">Every fault with the path of its declaration; positions are within that declaration's text.</param>
    public static bool TryParse(
        Value declaration, [NotNullWhen(true)] out OutputType? type, out IReadOnlyList<(string Path, SyntaxFault Fault)> faults)
    {
        var found = new List<(string, SyntaxFault)>();
        faults = found;
        var root = TypeParser.Parse(declaration, "", 0, found);
        type = root is null || found.Count > 0 ? null : new(root);
        return type is not null;
    }

    /// <summary>
    /// JSON Schema, draft 2020-12, in the subset of OpenAI's strict mode: every field required, an optional one nullable, no
    /// other fields. That mode knows no open objects, so a map is asked for as an array of <c>{key, value}</c> and an
    /// <c>object</c> as JSON text; <see cref="Validate"/> turns both back.
    /// </summary>
    public Value ToJsonSchema() => _root.ToSchema();

    /// <summary>
    /// Every fault as <c>path: message</c>, none when the value is of this type. Only what loses nothing is converted:
    /// <c>3.0</c> to the int <c>3</c>, a duration's text to seconds, the two forms of <see cref="ToJsonSchema"/>, an absent
    /// optional field to null. Text is never a number.
    /// </summary>
    public IReadOnlyList<string> Validate(Value value, out Value coerced)
    {
        var faults = new TypeFaults();
        coerced = _root.Check(value, "", faults);
        return faults.Messages;
    }
}
