using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.OpenAi;

public sealed class OpenAiBodyTests
{
    private static readonly Route Plain = Sample.Route(new FakeProvider());

    [Fact]
    public void A_plain_request_differs_in_the_model_alone() => Assert.Equal(
        """{"model":"up/model","messages":[{"role":"user","content":"Hello"}]}""", Write(Sample.Hello, Plain, stream: false));

    [Fact]
    public void Bytes_between_members_that_stay_are_copied_as_they_stand() => Assert.Equal(
        """{"a": [1,  2] ,  "messages":[{"role":"user","content":"x"}],"model":"up/model","b" : {} }""".Replace(" }", "}", StringComparison.Ordinal),
        Write("""  { "a": [1,  2] ,  "messages":[{"role":"user","content":"x"}], "model":"m", "metadata":{"b":1}, "b" : {} } """, Plain, stream: false));

    [Fact]
    public void Without_a_name_of_its_own_the_upstream_gets_the_slug() => Assert.Equal(
        "acme/helper", JsonElement.Parse(Write("""{"model":"x","messages":[{"role":"user","content":"x"}]}""", Plain, false, "custom", model: null)).GetProperty("model").GetString());

    [Theory]
    [InlineData("", """{"include_usage":true}""")]
    [InlineData(""","stream_options":null""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{}""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{ }""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{"include_usage":true}""", """{"include_usage":true}""")]
    [InlineData(""","stream_options":{"include_usage": false, "x":1}""", """{"include_usage":true,"x":1}""")]
    [InlineData(""","stream_options":{"x":1,"include_usage":null}""", """{"x":1,"include_usage":true}""", true)]
    [InlineData(""","stream_options":{ "x":{"y":1} }""", """{"include_usage":true,"x":{"y":1}}""")]
    public void A_stream_always_asks_the_upstream_to_count(string members, string options, bool refused = false)
    {
        var json = $$"""{"model":"m","messages":[{"role":"user","content":"x"}]{{members}}}""";
        if (refused)
        {
            Assert.False(Gateway.Chat.ChatRequest.TryParse(System.Text.Encoding.UTF8.GetBytes(json), out _, out _));
            return;
        }

        var written = JsonNode.Parse(Write(json, Plain, stream: true))!;
        Assert.True(written["stream"]!.GetValue<bool>());
        AssertSame(options, written["stream_options"]);
    }

    [Fact]
    public void A_call_that_is_not_streamed_says_nothing_of_streams()
    {
        var written = JsonNode.Parse(Write(
            """{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],"stream_options":{"include_usage":true}}""", Plain, stream: false))!;

        Assert.Null(written["stream"]);
        Assert.Null(written["stream_options"]);
    }

    [Theory]
    [InlineData("", "max_completion_tokens", 100)]
    [InlineData(""","max_tokens":null""", "max_completion_tokens", 100)]
    [InlineData(""","max_tokens":40""", "max_tokens", 40)]
    [InlineData(""","max_tokens":4000""", "max_tokens", 100)]
    [InlineData(""","max_completion_tokens" : 4000""", "max_completion_tokens", 100)]
    [InlineData(""","max_tokens":10,"max_completion_tokens":4000""", "max_completion_tokens", 100)]
    public void Output_is_limited_to_what_the_model_allows(string members, string name, int expected)
    {
        var route = new Route(Sample.Slug, Plain.Targets) { MaxOutputTokens = 100 };

        var written = JsonNode.Parse(Write($$"""{"model":"m","messages":[{"role":"user","content":"x"}]{{members}}}""", route, stream: false))!;

        Assert.Equal(expected, written[name]!.GetValue<int>());
    }

    [Fact]
    public void Other_upstreams_know_the_limit_by_its_older_name()
    {
        var route = new Route(Sample.Slug, Plain.Targets) { MaxOutputTokens = 100 };

        Assert.Contains("\"max_tokens\":100", Write(Sample.Hello, route, false, "custom", model: null), StringComparison.Ordinal);
    }

    [Fact]
    public void The_systems_prompt_goes_before_the_callers_messages()
    {
        var route = new Route(Sample.Slug, Plain.Targets) { SystemPrompt = "Say \"ahoy\".\n" };

        var messages = JsonNode.Parse(Write(Sample.Hello, route, stream: false))!["messages"]!.AsArray();

        Assert.Equal(2, messages.Count);
        Assert.Equal("system", messages[0]!["role"]!.GetValue<string>());
        Assert.Equal("Say \"ahoy\".\n", messages[0]!["content"]!.GetValue<string>());
        Assert.Equal("Hello", messages[1]!["content"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("", """{"temperature":0.2,"top_k":40,"max_completion_tokens":50}""")]
    [InlineData(""","temperature":1""", """{"temperature":1,"top_k":40,"max_completion_tokens":50}""")]
    [InlineData(""","temperature":null""", """{"temperature":0.2,"top_k":40,"max_completion_tokens":50}""")]
    [InlineData(""","top_k":7,"max_tokens":9""", """{"temperature":0.2,"top_k":7,"max_tokens":9}""")]
    public void Defaults_fill_in_what_the_caller_leaves_out(string members, string expected)
    {
        var route = new Route(Sample.Slug, Plain.Targets)
        {
            DefaultParameters = Sample.Json("""{"temperature":0.2,"top_k":40,"max_tokens":50,"top_p":null}"""),
            MaxOutputTokens = 60,
        };

        var written = JsonNode.Parse(Write($$"""{"model":"m","messages":[{"role":"user","content":"x"}]{{members}}}""", route, stream: false))!.AsObject();

        written.Remove("model");
        written.Remove("messages");
        AssertSame(expected, written);
    }

    [Fact]
    public void Every_proper_request_is_passed_on_with_the_intended_differences_only() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var json = ArbitraryRequest.Json(random);
        var stream = random.Next(2) == 0;
        var route = new Route(Sample.Slug, Plain.Targets)
        {
            MaxOutputTokens = random.Next(2) == 0 ? null : 500,
            SystemPrompt = random.Next(2) == 0 ? null : ArbitraryRequest.Text(random),
            DefaultParameters = random.Next(2) == 0 ? null : Sample.Json("""{"temperature":0.25,"top_k":3,"service_tier":"flex"}"""),
        };

        var written = JsonNode.Parse(Write(json, route, stream));

        return JsonNode.DeepEquals(Expected(JsonNode.Parse(json)!.AsObject(), route, stream), written)
            .Label($"{json}\n→ {written!.ToJsonString()}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    /// <summary>The same change made the slow way, on a tree.</summary>
    private static JsonObject Expected(JsonObject request, Route route, bool stream)
    {
        foreach (var name in request.Where(m => m.Value is null && Known.Contains(m.Key)).Select(m => m.Key).ToList())
        {
            request.Remove(name);
        }

        request["model"] = "up/model";
        request.Remove("metadata");
        request.Remove("stream");
        var options = request["stream_options"]?.DeepClone() ?? new JsonObject();
        request.Remove("stream_options");
        if (stream)
        {
            request["stream"] = true;
            options["include_usage"] = true;
            request["stream_options"] = options;
        }

        if (route.SystemPrompt is { } prompt)
        {
            request["messages"]!.AsArray().Insert(0, new JsonObject { ["role"] = "system", ["content"] = prompt });
        }

        foreach (var (name, value) in route.DefaultParameters is { } defaults ? JsonNode.Parse(defaults.GetRawText())!.AsObject() : [])
        {
            request.TryAdd(name, value!.DeepClone());
        }

        string[] limits = ["max_tokens", "max_completion_tokens"];
        foreach (var name in limits.Where(n => request.ContainsKey(n) && route.MaxOutputTokens is not null))
        {
            request[name] = Math.Min(request[name]!.GetValue<int>(), route.MaxOutputTokens!.Value);
        }

        if (!limits.Any(request.ContainsKey) && route.MaxOutputTokens is { } most)
        {
            request["max_completion_tokens"] = most;
        }

        return request;
    }

    private static readonly string[] Known =
    [
        "model", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p", "stop", "seed", "n", "stream",
        "stream_options", "tools", "tool_choice", "response_format", "metadata",
    ];

    private static void AssertSame(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{expected} is not {actual?.ToJsonString()}");

    private static string Write(string json, Route route, bool stream, string kind = "openai", string? model = "\"up/model\"")
    {
        var limit = kind == "openai" ? "\"max_completion_tokens\":"u8 : "\"max_tokens\":"u8;
        using var output = new PooledBuffer();
        OpenAiBody.Write(new ChatCall(Sample.Request(json), route, Sample.Context), System.Text.Encoding.UTF8.GetBytes(model ?? ""), limit, stream, output);
        return Sample.Text(output.Written.Span);
    }
}
