using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class OutputTypeTests
{
    [Theory]
    [InlineData("string", """{"type":"string"}""")]
    [InlineData("int", """{"type":"integer"}""")]
    [InlineData("float", """{"type":"number"}""")]
    [InlineData("money", """{"type":"number"}""")]
    [InlineData("bool", """{"type":"boolean"}""")]
    [InlineData("date", """{"type":"string","format":"date"}""")]
    [InlineData("datetime", """{"type":"string","format":"date-time"}""")]
    [InlineData("duration", """{"type":"number","description":"A duration in seconds."}""")]
    [InlineData("email", """{"type":"string","format":"email"}""")]
    [InlineData("url", """{"type":"string","pattern":"^https?://[^\\s]+$"}""")]
    [InlineData("uuid", """{"type":"string","format":"uuid"}""")]
    [InlineData("object", """{"type":"string","description":"A JSON object, written as text."}""")]
    [InlineData("array", """{"type":"array","items":{"type":["string","number","boolean","null"]}}""")]
    [InlineData("enum[a, b c]", """{"type":"string","enum":["a","b c"]}""")]
    [InlineData("enum<a, 'b'>", """{"type":"string","enum":["a","b"]}""")]
    [InlineData("\"a\" | 'b'", """{"type":"string","enum":["a","b"]}""")]
    [InlineData("\"a\"", """{"type":"string","enum":["a"]}""")]
    [InlineData("array[int]", """{"type":"array","items":{"type":"integer"}}""")]
    [InlineData("array<array<bool>>", """{"type":"array","items":{"type":"array","items":{"type":"boolean"}}}""")]
    [InlineData("map[string, int]", """{"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"type":"integer"}},"required":["key","value"],"additionalProperties":false}}""")]
    [InlineData("string?", """{"type":["string","null"]}""")]
    [InlineData("string? | null", """{"type":["string","null"]}""")]
    [InlineData("string | null", """{"type":["string","null"]}""")]
    [InlineData("null | 'a' | 'b'", """{"type":["string","null"],"enum":["a","b",null]}""")]
    [InlineData("('a' | 'b')?", """{"type":["string","null"],"enum":["a","b",null]}""")]
    [InlineData("array[int?]?", """{"type":["array","null"],"items":{"type":["integer","null"]}}""")]
    [InlineData("int | bool", """{"anyOf":[{"type":"integer"},{"type":"boolean"}]}""")]
    [InlineData("int | 'x' | null", """{"anyOf":[{"type":"integer"},{"type":"string","enum":["x"]},{"type":"null"}]}""")]
    [InlineData("null", """{"type":"null"}""")]
    [InlineData("{ a: int, 'b c': { d: bool? }, }", """{"type":"object","properties":{"a":{"type":"integer"},"b c":{"type":"object","properties":{"d":{"type":["boolean","null"]}},"required":["d"],"additionalProperties":false}},"required":["a","b c"],"additionalProperties":false}""")]
    public void Types_become_schemas(string text, string schema) => Assert.Equal(schema, Parse(text).ToJsonSchema().ToJson());

    [Fact]
    public void An_object_of_declarations_is_an_object_type()
    {
        var type = Parse(Value.FromJson("""{"amount": "float", "who": {"name": "string", "tags": "array[string]"}}"""));
        Assert.True(type.IsObject);
        Assert.Equal(["amount", "who"], type.FieldNames);
        Assert.Equal(Parse("{ amount: float, who: { name: string, tags: array[string] } }").ToJsonSchema(), type.ToJsonSchema());
        Assert.False(Parse("string").IsObject);
        Assert.Empty(Parse("string").FieldNames);
    }

    [Theory]
    [InlineData("", 1, "Expected a type, found the end.")]
    [InlineData("text", 1, "There is no type 'text'; types are string, int, float, money, bool, date, datetime, duration, email, url, uuid, object, array, null, enum[…], array[…] and map[string, …].")]
    [InlineData("int string", 5, "Expected '|', '?' or the end, found 'string'.")]
    [InlineData("array[int", 10, "Expected ']', found the end.")]
    [InlineData("array<int]", 10, "Expected '>', found ']'.")]
    [InlineData("map[int, int]", 5, "The keys of a map are of type string, found 'int'.")]
    [InlineData("map", 4, "Expected '[string, …]' after 'map', found the end.")]
    [InlineData("map[string]", 11, "Expected ',', found ']'.")]
    [InlineData("enum", 5, "Expected '[', options with commas between them, and ']' after 'enum', found the end.")]
    [InlineData("enum[a, , b]", 5, "An option of the enum is empty.")]
    [InlineData("enum[a, a]", 5, "An option of the enum is there twice.")]
    [InlineData("'a' | 'a'", 7, "The option 'a' is there twice.")]
    [InlineData("'a", 1, "The text has no closing quote.")]
    [InlineData("{ a int }", 5, "Expected ':', found 'int'.")]
    [InlineData("{ a: int b: int }", 10, "Expected ',' or '}', found 'b'.")]
    [InlineData("{ a: int, a: int }", 11, "The field 'a' is there twice.")]
    [InlineData("{ 1: int }", 3, "Expected a field's name, found '1'.")]
    [InlineData("int |", 6, "Expected a type, found the end.")]
    public void A_faulty_type_says_what_is_wrong_and_where(string text, int column, string message)
    {
        Assert.False(OutputType.TryParse(text, out var type, out var faults));
        Assert.Null(type);
        var (path, fault) = Assert.Single(faults);
        Assert.Equal(("", message, column), (path, fault.Message, fault.Position.Column));
    }

    [Fact]
    public void Every_faulty_declaration_is_reported_by_its_path()
    {
        Assert.False(OutputType.TryParse(Value.FromJson("""{"a": "strng", "b": {"c": 5, "d": "int"}, "e": ["int"]}"""), out _, out var faults));
        Assert.Equal(["a", "b.c", "e"], faults.Select(f => f.Path));
        Assert.Equal("A type is text or an object of types, not a number.", faults[1].Fault.Message);
    }

    [Fact]
    public void Types_without_end_are_refused()
    {
        foreach (var text in new[] { "array[", "{a:", "(", "map[string," })
        {
            Assert.False(OutputType.TryParse(string.Concat(Enumerable.Repeat(text, 1000)), out _, out var faults));
            Assert.Contains("nests deeper than 20", Assert.Single(faults).Fault.Message, StringComparison.Ordinal);
        }

        Assert.False(OutputType.TryParse(new string(' ', 20_000), out _, out _));
        var deep = Enumerable.Range(0, 30).Aggregate((Value)"int", (inner, _) => Value.Object(new KeyValuePair<string, Value>("a", inner)));
        Assert.False(OutputType.TryParse(deep, out _, out _));
    }

    [Theory]
    [InlineData("string", "\"\"")]
    [InlineData("int", "-5")]
    [InlineData("int", "1e40")]
    [InlineData("float", "1.5")]
    [InlineData("money", "12.50")]
    [InlineData("bool", "false")]
    [InlineData("date", "\"2026-02-28\"")]
    [InlineData("datetime", "\"2026-01-15T10:30:00Z\"")]
    [InlineData("datetime", "\"2026-01-15T10:30:00.25+02:00\"")]
    [InlineData("duration", "90")]
    [InlineData("email", "\"a@b.example\"")]
    [InlineData("url", "\"https://a.example/x?y\"")]
    [InlineData("uuid", "\"0f8fad5b-d9cb-469f-a165-70867728950e\"")]
    [InlineData("object", "{\"any\": [1]}")]
    [InlineData("array", "[1, \"a\", null, {}]")]
    [InlineData("enum[a, b]", "\"b\"")]
    [InlineData("array[int]", "[]")]
    [InlineData("map[string, int]", "{\"x\": 1}")]
    [InlineData("int?", "null")]
    [InlineData("int | string", "\"x\"")]
    [InlineData("{ a: int, b: string? }", "{\"a\": 1, \"b\": null}")]
    public void A_value_of_the_type_stays_as_it_is(string type, string json)
    {
        Assert.Empty(Parse(type).Validate(Value.FromJson(json), out var coerced));
        Assert.Equal(Value.FromJson(json), coerced);
    }

    [Theory]
    [InlineData("int", "3.0", "3")]
    [InlineData("duration", "\"5m\"", "300")]
    [InlineData("map[string, int]", "[{\"key\": \"x\", \"value\": 1.0}]", "{\"x\":1}")]
    [InlineData("object", "\"{\\\"a\\\": [1]}\"", "{\"a\":[1]}")]
    [InlineData("{ a: int, b: string? }", "{\"a\": 1.0}", "{\"a\":1,\"b\":null}")]
    [InlineData("{ a: int, b: int }", "{\"b\": 2, \"a\": 1}", "{\"a\":1,\"b\":2}")]
    [InlineData("{ a: int? } | map[string, int]", "{}", "{}")]
    [InlineData("duration | string", "\"5m\"", "\"5m\"")]
    [InlineData("duration | bool", "\"5m\"", "300")]
    [InlineData("array[{ d: duration }]", "[{\"d\": \"2w\"}]", "[{\"d\":1209600}]")]
    public void Only_what_loses_nothing_is_converted(string type, string json, string expected)
    {
        Assert.Empty(Parse(type).Validate(Value.FromJson(json), out var coerced));
        Assert.Equal(expected, coerced.ToJson());
    }

    [Theory]
    [InlineData("string", "5", "expected text, found 5")]
    [InlineData("int", "1.5", "expected a whole number, found 1.5")]
    [InlineData("float", "\"12.5\"", "expected a number, found \"12.5\"")]
    [InlineData("bool", "\"true\"", "expected true or false, found \"true\"")]
    [InlineData("date", "\"2026-02-30\"", "expected a date such as 2026-01-15, found \"2026-02-30\"")]
    [InlineData("datetime", "\"2026-01-15T10:30:00\"", "expected a date-time such as 2026-01-15T10:30:00Z, found \"2026-01-15T10:30:00\"")]
    [InlineData("duration", "\"5\"", "expected a duration in seconds, found \"5\"")]
    [InlineData("email", "\"a@b@c\"", "expected an email address, found \"a@b@c\"")]
    [InlineData("url", "\"ftp://a\"", "expected a URL that begins with http:// or https://, found \"ftp://a\"")]
    [InlineData("uuid", "\"x\"", "expected a UUID, found \"x\"")]
    [InlineData("object", "\"[1]\"", "expected an object, or its JSON as text, found \"[1]\"")]
    [InlineData("object", "\"{\"", "expected an object, or its JSON as text, found \"{\"")]
    [InlineData("enum[a, b]", "\"A\"", "expected one of a, b, found \"A\"")]
    [InlineData("array[int]", "{}", "expected an array, found an object")]
    [InlineData("array[int]", "[1, \"x\"]", "[1]: expected a whole number, found \"x\"")]
    [InlineData("map[string, int]", "{\"x\": true}", "x: expected a whole number, found true")]
    [InlineData("map[string, int]", "[{\"key\": \"x\"}]", "[0].value: is missing")]
    [InlineData("map[string, int]", "[{\"key\": \"x\", \"value\": 1}, {\"key\": \"x\", \"value\": 2}]", "holds a key twice")]
    [InlineData("map[string, int]", "5", "expected an object, found 5")]
    [InlineData("int?", "\"x\"", "expected a whole number, found \"x\"")]
    [InlineData("int | bool", "\"x\"", "expected int | bool, found \"x\"")]
    [InlineData("{ a: int }", "null", "expected an object, found null")]
    [InlineData("null", "1", "expected null, found 1")]
    public void A_value_of_another_type_is_a_fault(string type, string json, string fault) =>
        Assert.Equal(fault, Assert.Single(Parse(type).Validate(Value.FromJson(json), out _)));

    [Fact]
    public void Every_fault_is_reported_by_its_path()
    {
        var type = Parse("{ a: int, list: array[{ b: bool }], c: string }");
        var faults = type.Validate(Value.FromJson("""{"a": "x", "list": [{"b": 1}, {"b": true, "d": 0}, 5], "e": 1}"""), out _);
        Assert.Equal(
            [
                "a: expected a whole number, found \"x\"", "list[0].b: expected true or false, found 1", "list[1].d: is not a declared field",
                "list[2]: expected an object, found 5", "c: is missing", "e: is not a declared field",
            ],
            faults);
    }

    [Fact]
    public void A_hostile_answer_yields_few_and_short_faults()
    {
        var items = Value.Array([.. Enumerable.Repeat((Value)string.Concat(Enumerable.Repeat("😀", 1000)), 10_000)]);
        var faults = Parse("array[int]").Validate(items, out _);
        Assert.Equal(50, faults.Count);
        Assert.All(faults, fault => Assert.InRange(fault.Length, 1, 700));
    }

    private static OutputType Parse(Value declaration) =>
        OutputType.TryParse(declaration, out var type, out var faults)
            ? type
            : throw new InvalidOperationException(string.Join("; ", faults.Select(f => $"{f.Path} {f.Fault}")));
}
