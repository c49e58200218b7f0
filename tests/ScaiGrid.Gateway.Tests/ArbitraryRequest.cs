using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ScaiGrid.Gateway.Tests;

/// <summary>Proper chat requests of every sort, the same for the same random numbers.</summary>
internal static class ArbitraryRequest
{
    private static readonly JsonSerializerOptions[] Styles =
    [
        new(),
        new() { WriteIndented = true },
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping },
        new() { WriteIndented = true, IndentCharacter = '\t', NewLine = "\r\n" },
    ];

    public static string Json(Random random)
    {
        var members = new List<KeyValuePair<string, JsonNode?>>
        {
            new("model", "acme/" + Text(random)),
            new("messages", Array(random, 1, 5, Message)),
        };
        Maybe(random, members, "temperature", r => JsonValue.Create(r.NextDouble() * 2));
        Maybe(random, members, "top_p", r => JsonValue.Create(r.NextDouble()));
        Maybe(random, members, "max_tokens", r => JsonValue.Create(r.Next(1, 9999)));
        Maybe(random, members, "max_completion_tokens", r => JsonValue.Create(r.Next(1, 9999)));
        Maybe(random, members, "seed", r => JsonValue.Create(r.NextInt64()));
        Maybe(random, members, "stop", r => r.Next(2) == 0 ? JsonValue.Create(Text(r)) : Array(r, 0, 4, q => JsonValue.Create(Text(q))));
        Maybe(random, members, "stream", r => JsonValue.Create(r.Next(2) == 0));
        Maybe(random, members, "stream_options", StreamOptions);
        Maybe(random, members, "tools", r => Array(r, 0, 3, Tool));
        Maybe(random, members, "tool_choice", r => JsonValue.Create("auto"));
        Maybe(random, members, "response_format", r => new JsonObject { ["type"] = "json_object" });
        Maybe(random, members, "metadata", r => new JsonObject { ["entity_id"] = Text(r), ["more"] = Anything(r, 2) });
        Maybe(random, members, "top_k", r => JsonValue.Create(r.Next(100)));
        Maybe(random, members, Text(random) + "_extra", r => Anything(r, 3));
        var shuffled = members.ToArray();
        random.Shuffle(shuffled);
        return new JsonObject(shuffled).ToJsonString(Styles[random.Next(Styles.Length)]);
    }

    public static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 12))
        .Select(_ => random.Next(8) switch { 0 => "\"", 1 => "\\", 2 => "\n", 3 => "é", 4 => "😀", 5 => " ", _ => ((char)random.Next('a', 'z')).ToString() }));

    private static void Maybe(Random random, List<KeyValuePair<string, JsonNode?>> members, string name, Func<Random, JsonNode?> value)
    {
        switch (random.Next(5))
        {
            case 0 or 1:
                members.Add(new(name, value(random)));
                break;
            case 2:
                members.Add(new(name, null));
                break;
        }
    }

    private static JsonArray Array(Random random, int least, int most, Func<Random, JsonNode?> item) =>
        [.. Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => item(random))];

    private static JsonObject StreamOptions(Random random) => random.Next(4) switch
    {
        0 => new JsonObject(),
        1 => new JsonObject { ["include_usage"] = true, ["include_obfuscation"] = false },
        2 => new JsonObject { ["include_obfuscation"] = false, ["include_usage"] = false },
        _ => new JsonObject { ["include_obfuscation"] = false },
    };

    private static JsonObject Tool(Random random) =>
        new() { ["type"] = "function", ["function"] = new JsonObject { ["name"] = Text(random), ["parameters"] = Anything(random, 2) } };

    private static JsonObject Message(Random random) => random.Next(4) switch
    {
        0 => new() { ["role"] = "system", ["content"] = Text(random) },
        1 => new()
        {
            ["role"] = "user",
            ["content"] = Array(random, 1, 3, r => r.Next(2) == 0
                ? new JsonObject { ["type"] = "text", ["text"] = Text(r) }
                : new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = Text(r) } }),
        },
        2 => new()
        {
            ["role"] = "assistant",
            ["content"] = null,
            ["tool_calls"] = Array(random, 1, 2, r => new JsonObject
            {
                ["id"] = Text(r),
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = Text(r), ["arguments"] = Text(r) },
            }),
        },
        _ => new() { ["content"] = Text(random), ["role"] = "user", ["x"] = Anything(random, 2) },
    };

    private static JsonNode? Anything(Random random, int depth) => random.Next(depth > 0 ? 6 : 4) switch
    {
        0 => null,
        1 => JsonValue.Create(random.NextDouble()),
        2 => JsonValue.Create(Text(random)),
        3 => JsonValue.Create(true),
        4 => Array(random, 0, 3, r => Anything(r, depth - 1)),
        _ => new JsonObject(Enumerable.Range(0, random.Next(3)).Select(i => KeyValuePair.Create($"k{i}{Text(random)}", Anything(random, depth - 1)))),
    };
}
