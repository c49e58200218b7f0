using System.Buffers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests;

internal static class Sample
{
    public const string Slug = "acme/helper";

    public const string Hello = """{"model":"acme/helper","messages":[{"role":"user","content":"Hello"}]}""";

    public const string Answer = """
        {"id":"chatcmpl-up","object":"chat.completion","created":1700000000,"model":"gpt-secret","choices":[{"index":0,"message":{"role":"assistant","content":"Hi there."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15},"system_fingerprint":"fp_1"}
        """;

    public static readonly ChatContext Context = new("req_1");

    public static ChatRequest Request(string json = Hello)
    {
        Assert.True(ChatRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request, out var faults), string.Join("; ", faults));
        return request;
    }

    public static Route Route(IChatProvider provider, TimeSpan? timeout = null) =>
        new(Slug, new Target("backend_1", provider, timeout ?? TimeSpan.FromSeconds(20)));

    public static ChatCall Call(string json = Hello) => new(Request(json), Route(new FakeProvider()), Context);

    public static JsonElement Json(string json) => JsonElement.Parse(json);

    public static JsonElement Written(ChatResult result)
    {
        var output = new ArrayBufferWriter<byte>();
        result.WriteTo(output);
        return JsonElement.Parse(output.WrittenSpan);
    }

    public static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    /// <summary>The data of each event, in order.</summary>
    public static List<string> Events(string stream) =>
        [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e.StartsWith("data: ", StringComparison.Ordinal) ? e[6..] : throw new FormatException(e))];
}
