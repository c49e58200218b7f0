using System.Text;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Ollama;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.Ollama;

public sealed class OllamaContract : UpstreamContract
{
    protected override string Provider => "ollama";

    protected override string Config => "\"model\":\"llama-secret\"";

    protected override string ToolChoice => "\"auto\"";

    protected override string CallId => "call_req_1_0";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => new OllamaKind(http, clock);

    [Theory]
    [InlineData("stop", "stop")]
    [InlineData("length", "length")]
    [InlineData("load", "stop")]
    public async Task A_done_reason_has_a_finish_reason_whole_and_streamed(string told, string expected)
    {
        var (whole, _) = await ExchangeAsync(Sample.Hello, Transcript.Read("ollama", "text.json").Replace("\"stop\"", $"\"{told}\"", StringComparison.Ordinal));
        var (_, sent) = await StreamExchangeAsync(
            Transcript.Messages(Transcript.Read("ollama", "text.stream").Replace("\"stop\"", $"\"{told}\"", StringComparison.Ordinal)));

        Assert.Equal(expected, whole.Answer?.Choices[0].FinishReason);
        Assert.Equal(expected, Sample.Json(Sample.Events(sent)[^1]).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Options_of_the_connection_go_along_and_what_the_request_says_goes_before()
    {
        var (_, sent) = await ExchangeAsync(
            """{"model":"m","temperature":0.1,"max_tokens":5,"stop":["a"],"think":false,"response_format":{"type":"json_object"},"messages":[{"role":"user","content":"x"}]}""",
            members: ",\"keep_alive\":\"10m\",\"options\":{\"num_ctx\":8192,\"temperature\":1,\"num_predict\":9,\"stop\":[\"b\"]}");

        Assert.Equal("""{"temperature":0.1,"num_predict":5,"stop":["a"],"num_ctx":8192}""", sent.GetProperty("options").GetRawText());
        Assert.Equal("10m", sent.GetProperty("keep_alive").GetString());
        Assert.Equal("json", sent.GetProperty("format").GetString());
        Assert.False(sent.GetProperty("think").GetBoolean());
    }

    [Fact]
    public async Task A_caller_who_wants_no_tools_sends_none()
    {
        var (_, sent) = await ExchangeAsync("""{"model":"m","tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none","messages":[{"role":"user","content":"x"}]}""");

        Assert.False(sent.TryGetProperty("tools", out _));
    }

    [Theory]
    [InlineData("""{"model":"m","tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required","messages":[{"role":"user","content":"x"}]}""", "tool_choice")]
    [InlineData("""{"model":"m","n":3,"messages":[{"role":"user","content":"x"}]}""", "n must be 1")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}""", "messages[0].content[0].image_url.url")]
    [InlineData("""{"model":"m","response_format":{"type":"json_schema"},"messages":[{"role":"user","content":"x"}]}""", "response_format.json_schema.schema")]
    [InlineData("""{"model":"m","response_format":{"type":"grammar"},"messages":[{"role":"user","content":"x"}]}""", "response_format.type")]
    public async Task What_cannot_be_asked_for_is_told_by_field(string request, string field)
    {
        var (result, _) = await ExchangeAsync(request);

        Assert.Equal(ChatOutcome.Rejected, result.Outcome);
        Assert.Contains(field, result.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_last_line_without_its_line_feed_is_a_line()
    {
        var (result, _) = await StreamExchangeAsync(Transcript.Read("ollama", "text.stream").TrimEnd('\n'));

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
    }

    [Fact]
    public async Task An_answer_that_leaves_the_prompt_uncounted_is_estimated()
    {
        var (result, _) = await ExchangeAsync(Sample.Hello, """{"message":{"role":"assistant","content":"12345678"},"done":true,"eval_count":2}""");

        Assert.True(result.Usage.Estimated);
        Assert.Equal(2, result.Usage.CompletionTokens);
    }

    [Theory]
    [InlineData(400, """{"error":"registry.ollama.ai/library/gemma does not support tools"}""", FailureClass.CallerFault, "registry.ollama.ai/library/gemma does not support tools")]
    [InlineData(404, """{"error":"model \"x\" not found"}""", FailureClass.ModelGone, null)]
    [InlineData(500, """{"error":"llama runner process has terminated"}""", FailureClass.Transient, null)]
    [InlineData(502, "bad gateway", FailureClass.Transient, null)]
    public void A_failure_has_the_class_that_decides_what_follows(int status, string body, FailureClass expected, string? message)
    {
        var failure = OllamaFailures.From(HttpFailures.FromStatus(status), Encoding.UTF8.GetBytes(body));

        Assert.Equal(expected, failure.Class);
        Assert.Equal(message ?? HttpFailures.FromStatus(status).Message, failure.Message);
    }
}
