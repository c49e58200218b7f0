using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Kernel;

public sealed class ContractCheckTests
{
    private static readonly JsonSerializerOptions Strict = new(Json.Options) { UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow };

    internal enum Colour { Red, DarkBlue }

    internal sealed record Part
    {
        public required string Word { get; init; }

        public Colour? Colour { get; init; }
    }

    internal sealed record Shape
    {
        public required string Name { get; init; }

        public string? Note { get; init; }

        public int Count { get; init; }

        public bool? Flag { get; init; }

        public decimal Price { get; init; }

        public DateTimeOffset? At { get; init; }

        public Slug? Slug { get; init; }

        public Part? Part { get; init; }

        public IReadOnlyList<Part>? Parts { get; init; }

        public IReadOnlyDictionary<string, int>? Counts { get; init; }

        public ScaiGrid.Flows.Language.Value Anything { get; init; }
    }

    [Fact]
    public void Every_fault_is_named_by_its_path()
    {
        var faults = Check("""
            { "note": 1, "count": "x", "flag": "yes", "price": true, "at": "soon", "slug": "A B", "part": { "colour": "green" },
              "parts": [ { "word": null }, 7, { "word": "w", "size": 1 } ], "counts": { "a": 1.5 }, "anything": null, "nmae": "x" }
            """);

        Assert.Equal(
        [
            "note must be text", "count must be a whole number", "flag must be true or false", "price must be a number",
            "at must be a time in RFC 3339, such as 2026-01-15T10:30:00Z", "slug is not well formed", "part.colour must be one of red, dark_blue", "part.word is required",
            "parts[0].word must be text", "parts[1] must be an object", "parts[2].size is not known here", "counts.a must be a whole number", "nmae is not known here", "name is required",
        ], faults);
    }

    [Theory]
    [InlineData("""{ "name": "x" }""")]
    [InlineData("""{ "name": "x", "note": null, "flag": null, "at": null, "slug": null, "part": null, "parts": [], "counts": {}, "anything": [1, {}] }""")]
    public void What_is_right_has_no_fault(string json) => Assert.Empty(Check(json));

    [Theory]
    [InlineData("""{ "name": null }""", "name must be text")]
    [InlineData("""{ "name": "x", "parts": [null] }""", "parts[0] must be an object")]
    [InlineData("""{ "name": "x", "counts": { "a": null } }""", "counts.a must be a whole number")]
    public void Null_is_refused_where_nothing_says_that_it_may_be(string json, string fault) => Assert.Equal([fault], Check(json));

    [Fact]
    public void Text_in_a_list_is_not_null_though_the_serializer_would_let_it_be()
    {
        using var document = JsonDocument.Parse("""["a", null]""");
        Assert.Equal("[1]", Assert.Single(ContractCheck.Check<List<string>>(document.RootElement)).Field);
    }

    [Fact]
    public void What_the_serializer_accepts_is_exactly_what_is_accepted()
    {
        var accepted = 0;
        Prop.ForAll<int>(seed =>
        {
            using var document = JsonDocument.Parse(NearlyRight(new Random(seed)).ToJsonString());
            var right = ContractCheck.Check<Shape>(document.RootElement).Count == 0;
            accepted += right ? 1 : 0;
            return right == Deserializes(document.RootElement);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
        Assert.InRange(accepted, 300, 2700);
    }

    private static List<string> Check(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. ContractCheck.Check<Shape>(document.RootElement).Select(f => $"{f.Field} {f.Message}")];
    }

    private static bool Deserializes(JsonElement element)
    {
        try
        {
            return element.Deserialize<Shape>(Strict) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>An object whose members mostly fit.</summary>
    private static JsonObject NearlyRight(Random random)
    {
        var made = new JsonObject();
        foreach (var name in (string[])["name", "note", "count", "flag", "price", "at", "slug", "part", "parts", "counts", "anything"])
        {
            if (random.Next(100) < (name == "name" ? 97 : 40))
            {
                made[name] = random.Next(100) < 93 ? Fitting(name, random) : Scalar(random);
            }
        }

        if (random.Next(100) < 5)
        {
            made["other"] = 1;
        }

        return made;
    }

    private static JsonNode? Fitting(string name, Random random) => name switch
    {
        "name" => "x",
        "note" => random.Next(2) == 0 ? null : "n",
        "count" => random.Next(-5, 5),
        "flag" => random.Next(2) == 0 ? null : true,
        "price" => 1.25m,
        "at" => "2026-01-15T10:30:00Z",
        "slug" => "a-b",
        "part" => APart(random),
        "parts" => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => APart(random))]),
        "counts" => new JsonObject { ["a"] = 1, ["b"] = random.Next(10) == 0 ? 1.5 : 2 },
        _ => Scalar(random),
    };

    private static JsonObject APart(Random random) => new()
    {
        ["word"] = random.Next(20) == 0 ? null : "w",
        ["colour"] = random.Next(3) switch { 0 => null, 1 => "dark_blue", _ => random.Next(5) == 0 ? "green" : "red" },
    };

    private static JsonNode? Scalar(Random random) => random.Next(9) switch
    {
        0 => null,
        1 => "x",
        2 => "",
        3 => 7,
        4 => 1.5,
        5 => true,
        6 => 12345678901234L,
        7 => new JsonArray(),
        _ => new JsonObject(),
    };
}
