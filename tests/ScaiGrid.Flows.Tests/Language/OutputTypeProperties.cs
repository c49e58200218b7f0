using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class OutputTypeProperties
{
    private static readonly string[] Scalars =
        ["1", "2.5", "true", "null", "\"a\"", "\"x\"", "\"2026-01-15\"", "\"2026-01-15T10:30:00Z\"", "\"a@b\"", "\"https://a.example\"", "\"0f8fad5b-d9cb-469f-a165-70867728950e\""];

    private static readonly Gen<(OutputType Type, Value Schema, Value Value)> Conforming =
        from type in Generated.Type.Select(Parse)
        let schema = type.ToJsonSchema()
        from value in Conform(schema)
        select (type, schema, value);

    /// <summary>Types without a second form, whose values are spoilt in one place.</summary>
    private static readonly Gen<(OutputType Type, Value Schema, Value Value)> Spoilt =
        from text in Generated.Type
        where !text.Contains("map", StringComparison.Ordinal) && !text.Contains("object", StringComparison.Ordinal)
            && !text.Replace("array[", "", StringComparison.Ordinal).Contains("array", StringComparison.Ordinal) && !text.Contains("duration", StringComparison.Ordinal)
        let type = Parse(text)
        let schema = type.ToJsonSchema()
        from value in Conform(schema)
        from spoilt in Spoil(value)
        select (type, schema, spoilt);

    [Fact]
    public void Every_schema_is_one_for_strict_mode() =>
        Generated.ForAll(Generated.Type, text => Assert.True(SchemaChecker.IsStrict(Parse(text).ToJsonSchema())));

    [Fact]
    public void What_the_schema_asks_for_is_accepted() => Generated.ForAll(Conforming, sample =>
    {
        Assert.True(SchemaChecker.Accepts(sample.Schema, sample.Value));
        Assert.Empty(sample.Type.Validate(sample.Value, out _));
    });

    [Fact]
    public void A_converted_value_is_converted_no_further() => Generated.ForAll(Conforming, sample =>
    {
        sample.Type.Validate(sample.Value, out var once);
        Assert.Empty(sample.Type.Validate(once, out var twice));
        Assert.Equal(once, twice);
    });

    [Fact]
    public void A_spoilt_value_is_refused_exactly_when_the_schema_refuses_it() => Generated.ForAll(Spoilt, sample =>
    {
        var faults = sample.Type.Validate(sample.Value, out var coerced);
        Assert.Equal(SchemaChecker.Accepts(sample.Schema, coerced), faults.Count == 0);
    });

    [Fact]
    public void Any_value_is_checked_without_an_exception() =>
        Generated.ForAll(Generated.Type.Zip(Generated.AnyValue), sample => Assert.InRange(Parse(sample.Item1).Validate(sample.Item2, out _).Count, 0, 50));

    [Fact]
    public void A_damaged_type_parses_or_has_faults() => Generated.ForAll(Generated.Damage(Generated.Type), text =>
        Assert.NotEqual(OutputType.TryParse(text, out _, out var faults), faults.Count > 0));

    private static Gen<Value> Conform(Value schema)
    {
        if (!schema["anyOf"].IsNull)
        {
            return Gen.Elements(schema["anyOf"].Items.ToArray()).SelectMany(Conform);
        }

        if (!schema["enum"].IsNull)
        {
            return Gen.Elements(schema["enum"].Items.ToArray());
        }

        return schema["type"].Kind == ValueKind.Array
            ? Gen.Elements(schema["type"].Items.ToArray()).SelectMany(type => Conform(Value.Object(schema.Members.Where(m => m.Key != "type").Append(new("type", type)))))
            : schema["type"].ToText() switch
            {
                "array" when schema["items"]["properties"].Members.TryGetValue("key", out _) => Entries(schema["items"]["properties"]["value"]),
                "array" => Gen.Choose(0, 2).SelectMany(count => Conform(schema["items"]).ArrayOf(count)).Select(items => Value.Array(items)),
                "object" => Members(schema["properties"].Members.ToArray()),
                "string" => Gen.Constant((Value)(schema["format"].AsString() switch
                {
                    "date" => "2026-02-28",
                    "date-time" => "2026-02-28T23:59:59+02:00",
                    "email" => "ada@example.org",
                    "uuid" => "0f8fad5b-d9cb-469f-a165-70867728950e",
                    _ => schema["pattern"].IsNull ? schema["description"].IsNull ? "text" : "{\"a\": [1]}" : "https://example.org/",
                })),
                "integer" => Gen.Choose(-5, 5).Select(n => (Value)n),
                "number" => Generated.Number,
                "boolean" => Gen.Elements(Value.True, Value.False),
                _ => Gen.Constant(Value.Null),
            };
    }

    private static Gen<Value> Entries(Value item) =>
        from count in Gen.Choose(0, 2)
        from values in Conform(item).ArrayOf(count)
        select Value.Array([.. values.Select((value, i) => Value.Object(new("key", $"k{i}"), new("value", value)))]);

    private static Gen<Value> Members(KeyValuePair<string, Value>[] properties) => properties switch
    {
        [] => Gen.Constant(Value.EmptyObject),
        [.. var rest, var last] => from members in Members(rest) from value in Conform(last.Value) select Value.Object([.. members.Members, new(last.Key, value)]),
    };

    private static Gen<Value> Spoil(Value value)
    {
        var another = Gen.Elements(Scalars).Select(Value.FromJson);
        return value.Kind switch
        {
            ValueKind.Array when value.Items.Count > 0 => Gen.OneOf(another, Spoil(value.Items[0]).Select(first => Value.Array([first, .. value.Items.Skip(1)]))),
            ValueKind.Object when value.Members.Count > 0 => Gen.OneOf(
                another,
                Gen.Constant(Value.Object(value.Members.Skip(1))),
                Gen.Constant(Value.Object([.. value.Members, new("other", 1)])),
                Gen.Elements(value.Members.ToArray()).SelectMany(m => Spoil(m.Value).Select(spoilt => Value.Object([.. value.Members, new(m.Key, spoilt)])))),
            _ => another,
        };
    }

    private static OutputType Parse(string text) => OutputType.TryParse(text, out var type, out _) ? type : throw new InvalidOperationException(text);
}
