using System.Collections.Immutable;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>Writes shapes as JSON Schema, draft 2020-12.</summary>
internal sealed class SchemaWriter
{
    private readonly List<KeyValuePair<string, Value>> _definitions = [];
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    public static Value Write(Shape shape, string id, string title)
    {
        var writer = new SchemaWriter();
        var root = writer.Schema(shape, mayBeNull: false);
        return Value.Object(
        [
            new("$schema", "https://json-schema.org/draft/2020-12/schema"), new("$id", id), new("title", title),
            .. root.Members, new("$defs", Value.Object(writer._definitions)),
        ]);
    }

    private Value Schema(Shape shape, bool mayBeNull)
    {
        if (shape.Definition is not { } name)
        {
            return Value.Object(Facets(shape, mayBeNull));
        }

        var place = _definitions.Count;
        if (_defined.Add(name))
        {
            _definitions.Add(new(name, default));
            _definitions[place] = new(name, Value.Object(Facets(shape, mayBeNull: false)));
        }

        var reference = Value.Object([new("$ref", $"#/$defs/{name}")]);
        return mayBeNull ? Value.Object([new("anyOf", Value.Array(reference, Value.Object([new("type", "null")])))]) : reference;
    }

    private IEnumerable<KeyValuePair<string, Value>> Facets(Shape shape, bool mayBeNull)
    {
        if (Types(shape.Admits, mayBeNull) is { IsNull: false } types)
        {
            yield return new("type", types);
        }

        if (shape.Note is { } note)
        {
            yield return new("description", note);
        }

        if (!shape.Default.IsNull)
        {
            yield return new("default", shape.Default);
        }

        foreach (var facet in TextFacets(shape, mayBeNull).Concat(NumberFacets(shape)).Concat(ListFacets(shape)).Concat(ObjectFacets(shape)))
        {
            yield return facet;
        }
    }

    private static Value Types(Admits admits, bool mayBeNull)
    {
        if (admits == Admits.Anything)
        {
            return default;
        }

        (Admits Kind, string Name)[] names =
        [
            (Admits.Text, "string"), (Admits.Whole, "integer"), (Admits.Number, "number"), (Admits.Bool, "boolean"), (Admits.List, "array"), (Admits.Object, "object"),
        ];
        Value[] types = [.. names.Where(name => admits.HasFlag(name.Kind)).Select(name => (Value)name.Name), .. mayBeNull ? ["null"] : Array.Empty<Value>()];
        return types.Length == 1 ? types[0] : Value.Array(types);
    }

    private static IEnumerable<KeyValuePair<string, Value>> TextFacets(Shape shape, bool mayBeNull)
    {
        if (shape.Words.Length > 0)
        {
            yield return new("enum", Value.Array([.. shape.Words.Select(word => (Value)word), .. mayBeNull ? [Value.Null] : Array.Empty<Value>()]));
        }

        if (shape.MinLength > 0)
        {
            yield return new("minLength", shape.MinLength);
        }

        if (shape.MaxLength < int.MaxValue)
        {
            yield return new("maxLength", shape.MaxLength);
        }

        if (shape.Pattern is { } pattern)
        {
            yield return new("pattern", pattern.Text);
        }
    }

    private static IEnumerable<KeyValuePair<string, Value>> NumberFacets(Shape shape) =>
        shape.HasRange ? [new("minimum", shape.From), new("maximum", shape.To)] : [];

    private IEnumerable<KeyValuePair<string, Value>> ListFacets(Shape shape)
    {
        if (shape.MinItems > 0)
        {
            yield return new("minItems", shape.MinItems);
        }

        if (shape.MaxItems < int.MaxValue)
        {
            yield return new("maxItems", shape.MaxItems);
        }

        if (shape.Items is { } items)
        {
            yield return new("items", Schema(items, mayBeNull: false));
        }
    }

    private IEnumerable<KeyValuePair<string, Value>> ObjectFacets(Shape shape)
    {
        if (shape.MaxMembers < int.MaxValue)
        {
            yield return new("maxProperties", shape.MaxMembers);
        }

        if (shape.Names is { } names)
        {
            yield return new("propertyNames", Value.Object([new("pattern", names.Text)]));
        }

        foreach (var facet in FieldFacets(shape.Fields))
        {
            yield return facet;
        }

        if (shape.Others is { } others)
        {
            yield return new("additionalProperties", Schema(others, mayBeNull: false));
        }

        if (shape.Cases is { } cases)
        {
            yield return new("allOf", Value.Array([.. cases.ByWord.Where(word => word.Value.Length > 0).Select(word => Case(cases.By, word.Key, word.Value))]));
        }
    }

    private Value Case(string by, string word, ImmutableArray<Field> fields) => Value.Object(
    [
        new("if", Value.Object(
        [
            new("properties", Value.Object([new(by, Value.Object([new("const", word)]))])), new("required", Value.Array(by)),
        ])),
        new("then", Value.Object(FieldFacets(fields))),
    ]);

    private IEnumerable<KeyValuePair<string, Value>> FieldFacets(ImmutableArray<Field> fields)
    {
        if (fields.Length > 0)
        {
            yield return new("properties", Value.Object([.. fields.Select(field => KeyValuePair.Create(field.Name, Schema(field.Shape, !field.IsRequired)))]));
        }

        Value[] required = [.. fields.Where(field => field.IsRequired).Select(field => (Value)field.Name)];
        if (required.Length > 0)
        {
            yield return new("required", Value.Array(required));
        }
    }
}
