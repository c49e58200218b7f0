using System.Text;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Google;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.Google;

public sealed class GoogleContract : UpstreamContract
{
    protected override string Provider => "google";

    protected override string Config => "\"model\":\"gemini-secret\"";

    protected override string CallId => "call_req_1_0~CpMB0e2Kb8+Xg/1=";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => new GoogleKind(http, clock);

    [Theory]
    [InlineData("STOP", "stop")]
    [InlineData("MAX_TOKENS", "length")]
    [InlineData("SAFETY", "content_filter")]
    [InlineData("RECITATION", "content_filter")]
    [InlineData("PROHIBITED_CONTENT", "content_filter")]
    [InlineData("MALFORMED_FUNCTION_CALL", null)]
    [InlineData("OTHER", null)]
    public async Task A_finish_reason_is_ours_or_a_failure_whole_and_streamed(string told, string? expected)
    {
        var (whole, _) = await ExchangeAsync(Sample.Hello, Transcript.Read("google", "text.json").Replace("STOP", told, StringComparison.Ordinal));
        var (streamed, sent) = await StreamExchangeAsync(
            Transcript.Messages(Transcript.Read("google", "text.stream").Replace("STOP", told, StringComparison.Ordinal)));

        Assert.Equal(expected, whole.Answer?.Choices[0].FinishReason);
        Assert.Equal(expected is null ? ChatOutcome.BackendError : ChatOutcome.Answered, streamed.Outcome);
        Assert.Equal(expected, Sample.Json(Sample.Events(sent)[^1]).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task A_prompt_that_is_blocked_is_a_refusal()
    {
        const string blocked = """{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4}}""";

        var (whole, _) = await ExchangeAsync(Sample.Hello, blocked);
        var (streamed, sent) = await StreamExchangeAsync($"data: {blocked}\n\n");

        Assert.Equal(FailureClass.Refused, whole.Failure?.Class);
        Assert.Equal(FailureClass.Refused, streamed.Failure?.Class);
        Assert.Equal("", sent);
    }

    [Fact]
    public async Task Several_candidates_are_several_choices_each_with_its_own_end()
    {
        const string two = """
            {"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"index":1,"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]}
            """;

        var (whole, _) = await ExchangeAsync("""{"model":"m","n":2,"messages":[{"role":"user","content":"x"}]}""", two);
        var (streamed, _) = await StreamExchangeAsync($"data: {two}\n\n");
        var (cut, _) = await StreamExchangeAsync($"data: {two.Replace(",\"finishReason\":\"MAX_TOKENS\"", "", StringComparison.Ordinal)}\n\n");

        Assert.Equal([new ChatChoice(0, "a"), new ChatChoice(1, "b", "length")], whole.Answer!.Choices);
        Assert.Equal(ChatOutcome.Answered, streamed.Outcome);
        Assert.Equal(HttpFailures.CutShort, cut.Failure);
    }

    [Theory]
    [InlineData("gemini-2.5-flash", "call_1", null)]
    [InlineData("gemini-2.5-flash", "call_1~abc+/=", "abc+/=")]
    [InlineData("gemini-3-pro", "call_1~abc+/=", "abc+/=")]
    [InlineData("gemini-3-pro", "call_1", GoogleSignatures.Foreign)]
    public async Task A_call_returns_with_its_signature_and_one_of_another_model_with_the_documented_one(string model, string id, string? signature)
    {
        using var http = new UpstreamHttp();
        await using var upstream = new FakeUpstream();
        upstream.Then(200, Transcript.Read("google", "text.json"));
        Assert.True(Kind(http, TimeProvider.System).TryConnect(
            Sample.Json($$"""{"base_url":"{{upstream.BaseUrl}}","model":"models/{{model}}"}"""), Reach.Anywhere, out var provider, out _));

        await Wire.ChatAsync(provider, $$$"""
            {"model":"m","messages":[{"role":"user","content":"x"},
             {"role":"assistant","content":null,"tool_calls":[{"id":"{{{id}}}","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"other","type":"function","function":{"name":"g","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"{{{id}}}","content":"r"}]}
            """);

        var (head, body) = upstream.Requests.Single();
        Assert.StartsWith($"POST /v1/models/{model}:generateContent ", head, StringComparison.Ordinal);
        var parts = Sample.Json(body).GetProperty("contents")[1].GetProperty("parts");
        Assert.Equal(signature, parts[0].TryGetProperty("thoughtSignature", out var sent) ? sent.GetString() : null);
        Assert.False(parts[1].TryGetProperty("thoughtSignature", out _));
        Assert.Equal("""{"name":"f","response":{"result":"r"}}""", Sample.Json(body).GetProperty("contents")[2].GetProperty("parts")[0].GetProperty("functionResponse").GetRawText());
    }

    [Fact]
    public async Task Sound_and_images_of_the_web_are_sent_and_settings_of_the_protocol_pass()
    {
        var (_, sent) = await ExchangeAsync("""
            {"model":"m","top_k":5,"thinking_config":{"thinkingBudget":0},"safety_settings":[{"category":"c"}],"seed":9007199254740993,"response_format":{"type":"json_object"},
             "messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}
            """);

        Assert.Equal(
            """[{"inlineData":{"mimeType":"audio/wav","data":"AA=="}},{"fileData":{"fileUri":"https://x/y.png"}}]""",
            sent.GetProperty("contents")[0].GetProperty("parts").GetRawText());
        Assert.Equal(
            """{"topK":5,"thinkingConfig":{"thinkingBudget":0},"seed":1,"responseMimeType":"application/json"}""",
            sent.GetProperty("generationConfig").GetRawText());
        Assert.Equal("""[{"category":"c"}]""", sent.GetProperty("safetySettings").GetRawText());
    }

    [Fact]
    public async Task A_result_of_no_call_is_the_callers_fault()
    {
        var (result, _) = await ExchangeAsync("""{"model":"m","messages":[{"role":"tool","tool_call_id":"lost","content":"r"}]}""");

        Assert.Equal(ChatOutcome.Rejected, result.Outcome);
        Assert.Contains("messages[0].tool_call_id", result.Failure!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"error":{"code":400,"message":"Unable to process input image.","status":"INVALID_ARGUMENT"}}""", FailureClass.CallerFault, null)]
    [InlineData(400, """{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}""", FailureClass.Credential, null)]
    [InlineData(400, """{"error":{"code":400,"message":"User location is not supported.","status":"FAILED_PRECONDITION"}}""", FailureClass.Quota, null)]
    [InlineData(403, """{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}""", FailureClass.Credential, null)]
    [InlineData(429, """{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"34.5s"}]}}""", FailureClass.RateLimited, 34.5)]
    [InlineData(429, """{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}""", FailureClass.Quota, null)]
    [InlineData(429, """[{"error":{"code":429,"message":"no","status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"soon"}]}}]""", FailureClass.RateLimited, null)]
    [InlineData(500, """{"error":{"code":500,"message":"no","status":"INTERNAL"}}""", FailureClass.Transient, null)]
    [InlineData(504, """{"error":{"code":504,"message":"no","status":"DEADLINE_EXCEEDED"}}""", FailureClass.Timeout, null)]
    [InlineData(500, "[]", FailureClass.Transient, null)]
    [InlineData(500, "oops", FailureClass.Transient, null)]
    public void A_failure_has_the_class_that_decides_what_follows(int status, string body, FailureClass expected, double? retryAfter)
    {
        var failure = GoogleFailures.From(HttpFailures.FromStatus(status), Encoding.UTF8.GetBytes(body));

        Assert.Equal(expected, failure.Class);
        Assert.Equal(retryAfter, failure.RetryAfter?.TotalSeconds);
    }
}
