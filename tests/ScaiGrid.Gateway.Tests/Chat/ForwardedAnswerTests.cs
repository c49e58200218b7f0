using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Tests.Chat;

public sealed class ForwardedAnswerTests
{
    [Fact]
    public void Every_proper_answer_is_passed_on_with_the_intended_differences_only() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var json = Arbitrary(random);
        var expected = JsonNode.Parse(json)!.AsObject();
        var hasUsage = expected["usage"]?["prompt_tokens"] is not null;
        expected["model"] = Sample.Slug;
        expected.TryAdd("id", "chatcmpl-1");
        expected.TryAdd("created", 1_767_000_000);
        if (!hasUsage)
        {
            expected["usage"] = JsonNode.Parse("""{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}""");
        }

        var written = JsonNode.Parse(Rewrite(Encoding.UTF8.GetBytes(json)));

        return JsonNode.DeepEquals(expected, written).Label($"{json}\n→ {written!.ToJsonString()}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void Damaged_answers_never_throw_and_what_is_accepted_can_be_read() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(Arbitrary(random));
        for (var i = random.Next(4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = "{}[]\",:0\\u xtrue"u8[random.Next(16)];
        }

        using var buffer = new PooledBuffer();
        buffer.Write(bytes);
        var scan = new CompletionScan(buffer.Written.Span, chunk: false);
        return !JsonText.IsUtf8(bytes) || !scan.TryRun() || scan.HasError
            || new ChatAnswer(new ForwardedAnswer(buffer, scan)).Choices.Count > 0;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Theory]
    [InlineData("""{"content":"a","tool_calls":null}""", null)]
    [InlineData("""{"content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]}""", "1 f {}")]
    [InlineData("""{"content":null,"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]}""", " f {\"a\":1}")]
    [InlineData("""{"content":null,"tool_calls":[{"id":"1","function":{"name":"f"}}]}""", "1 f {}")]
    [InlineData("""{"content":null,"tool_calls":[{"id":"1","type":"custom","custom":{}},7]}""", "")]
    public void Tool_calls_are_read_as_far_as_they_are_calls_of_functions(string message, string? expected)
    {
        using var buffer = new PooledBuffer();
        buffer.Write(Encoding.UTF8.GetBytes($$"""{"choices":[{"message":{{message}}}]}"""));
        var scan = new CompletionScan(buffer.Written.Span, chunk: false);
        Assert.True(scan.TryRun());

        var calls = new ChatAnswer(new ForwardedAnswer(buffer, scan)).Choices[0].ToolCalls;

        Assert.Equal(expected, calls is null ? null : string.Join(';', calls.Select(c => $"{c.Id} {c.Name} {c.Arguments}")));
    }

    private static string Rewrite(ReadOnlySpan<byte> answer)
    {
        using var buffer = new PooledBuffer();
        buffer.Write(answer);
        var scan = new CompletionScan(buffer.Written.Span, chunk: false);
        Assert.True(scan.TryRun(), Sample.Text(answer));
        var output = new ArrayBufferWriter<byte>();
        new ForwardedAnswer(buffer, scan).WriteTo(
            output, JsonText.Quote(Sample.Slug), new Usage(1, 2), "1", DateTimeOffset.FromUnixTimeSeconds(1_767_000_000));
        return Sample.Text(output.WrittenSpan);
    }

    private static string Arbitrary(Random random)
    {
        var members = new List<KeyValuePair<string, JsonNode?>>
        {
            new("choices", new JsonArray([.. Enumerable.Range(0, random.Next(1, 3)).Select(i => Choice(random, i))])),
            new("object", "chat.completion"),
        };
        Maybe("id", () => ArbitraryRequest.Text(random));
        Maybe("created", () => random.Next());
        Maybe("model", () => ArbitraryRequest.Text(random));
        Maybe("usage", () => random.Next(3) switch
        {
            0 => null,
            1 => new JsonObject { ["tokens"] = 5 },
            _ => new JsonObject { ["completion_tokens"] = 3, ["prompt_tokens"] = 4, ["details"] = new JsonObject { ["cached_tokens"] = 1 } },
        });
        Maybe(ArbitraryRequest.Text(random) + "_x", () => new JsonObject { ["model"] = "inner", ["usage"] = new JsonArray(1, 2) });
        var shuffled = members.ToArray();
        random.Shuffle(shuffled);
        return new JsonObject(shuffled).ToJsonString(new JsonSerializerOptions { WriteIndented = random.Next(2) == 0 });

        void Maybe(string name, Func<JsonNode?> value)
        {
            if (random.Next(3) > 0)
            {
                members.Add(new(name, value()));
            }
        }
    }

    private static JsonObject Choice(Random random, int index) => new()
    {
        ["index"] = index,
        ["message"] = random.Next(2) == 0
            ? new JsonObject { ["role"] = "assistant", ["content"] = ArbitraryRequest.Text(random) }
            : new JsonObject
            {
                ["content"] = null,
                ["tool_calls"] = new JsonArray(new JsonObject
                {
                    ["id"] = ArbitraryRequest.Text(random),
                    ["function"] = new JsonObject { ["name"] = "f", ["arguments"] = ArbitraryRequest.Text(random) },
                }),
            },
        ["finish_reason"] = random.Next(2) == 0 ? null : "stop",
    };
}
