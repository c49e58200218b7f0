using System.Text;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Mistral;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.Mistral;

public sealed class MistralContract : UpstreamContract
{
    protected override string Provider => "mistral";

    protected override string Config => "\"model\":\"mistral-secret\"";

    protected override string CallId => "D681PevKs";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => new MistralKind(http, clock);

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("length", "length")]
    [InlineData("model_length", "length")]
    [InlineData("error", null)]
    public async Task A_finish_reason_is_ours_or_a_failure_whole_and_streamed(string told, string? expected)
    {
        var (whole, _) = await ExchangeAsync(Sample.Hello, Transcript.Read("mistral", "text.json").Replace("\"stop\"", $"\"{told}\"", StringComparison.Ordinal));
        var (streamed, _) = await StreamExchangeAsync(
            Transcript.Messages(Transcript.Read("mistral", "text.stream").Replace("\"stop\"", $"\"{told}\"", StringComparison.Ordinal)));

        Assert.Equal(expected, whole.Answer?.Choices[0].FinishReason);
        Assert.Equal(expected is null ? ChatOutcome.BackendError : ChatOutcome.Answered, streamed.Outcome);
    }

    [Fact]
    public async Task Content_in_pieces_is_one_text_without_the_thoughts()
    {
        const string pieces = """[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"Yes"},{"type":"text","text":"."}]""";

        var (whole, _) = await ExchangeAsync(
            Sample.Hello, $$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":{{{pieces}}}},"finish_reason":"stop"}]}""");
        var (_, sent) = await StreamExchangeAsync(
            $$$"""data: {"choices":[{"index":0,"delta":{"content":{{{pieces}}}},"finish_reason":"stop"}]}""" + "\n\n", "data: [DONE]\n\n");

        Assert.Equal("Yes.", whole.Answer?.Text);
        Assert.Contains("\"content\":\"Yes\"", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("Hm.", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_may_come_as_an_object_and_in_pieces()
    {
        var (whole, _) = await ExchangeAsync(Sample.Hello, """
            {"choices":[{"index":0,"message":{"tool_calls":[{"id":"abcdefghi","function":{"name":"f","arguments":{"a":1}}}]},"finish_reason":"tool_calls"}]}
            """);
        var (streamed, sent) = await StreamExchangeAsync(
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"abcdefghi","function":{"name":"f","arguments":"{\"a\""}}]},"finish_reason":null}]}""" + "\n\n",
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"null","function":{"name":"","arguments":":1}"}}]},"finish_reason":"tool_calls"}]}""" + "\n\n",
            "data: [DONE]\n\n");

        Assert.Equal(new ToolCall("abcdefghi", "f", """{"a":1}"""), Assert.Single(whole.Answer!.Choices[0].ToolCalls!));
        Assert.Equal(ChatOutcome.Answered, streamed.Outcome);
        Assert.Equal("""{"a":1}""", string.Concat(Sample.Events(sent).ConvertAll(Sample.Json)
            .Select(c => c.GetProperty("choices")[0].GetProperty("delta"))
            .Where(d => d.TryGetProperty("tool_calls", out _))
            .Select(d => d.GetProperty("tool_calls")[0].GetProperty("function").GetProperty("arguments").GetString())));
    }

    [Fact]
    public async Task An_assistant_that_has_the_last_word_goes_on_from_it()
    {
        var (_, sent) = await ExchangeAsync("""{"model":"m","tool_choice":"required","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"developer","content":"d"},{"role":"assistant","content":"a"}]}""");

        Assert.Equal("""[{"role":"system","content":"d"},{"role":"assistant","content":"a","prefix":true}]""", sent.GetProperty("messages").GetRawText());
        Assert.Equal("any", sent.GetProperty("tool_choice").GetString());
    }

    [Fact]
    public async Task Members_that_Mistral_does_not_know_are_not_sent()
    {
        var (_, sent) = await ExchangeAsync("""{"model":"m","logit_bias":{},"user":"u","store":true,"stream_options":{},"seed":1,"messages":[{"role":"user","name":"n","content":"x"}]}""");

        Assert.Equal("""{"model":"mistral-secret","messages":[{"role":"user","content":"x"}],"random_seed":1}""", sent.GetRawText());
    }

    [Theory]
    [InlineData(400, """{"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"}""", FailureClass.ModelGone, null)]
    [InlineData(400, """{"object":"error","message":"Unexpected role 'user' after role 'tool'","type":"invalid_request_message_order","code":"3230"}""", FailureClass.CallerFault, "Unexpected role 'user' after role 'tool'")]
    [InlineData(422, """{"detail":[{"type":"less_than_equal","loc":["body","temperature"],"msg":"Input should be less than or equal to 1.5"}]}""", FailureClass.CallerFault, "temperature: Input should be less than or equal to 1.5")]
    [InlineData(422, """{"object":"error","message":{"detail":[{"loc":["body","messages",0,"role"],"msg":"bad"}]},"type":"invalid_request_error"}""", FailureClass.CallerFault, "messages.0.role: bad")]
    [InlineData(401, """{"detail":"Unauthorized"}""", FailureClass.Credential, null)]
    [InlineData(429, """{"object":"error","message":"Service tier capacity exceeded","type":"service_tier_capacity_exceeded","code":"3505"}""", FailureClass.RateLimited, null)]
    [InlineData(500, "", FailureClass.Transient, null)]
    public void A_failure_has_the_class_that_decides_what_follows(int status, string body, FailureClass expected, string? message)
    {
        var failure = MistralFailures.From(HttpFailures.FromStatus(status), Encoding.UTF8.GetBytes(body));

        Assert.Equal(expected, failure.Class);
        Assert.Equal(message ?? HttpFailures.FromStatus(status).Message, failure.Message);
    }
}
