using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Anthropic;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.Anthropic;

public sealed class AnthropicContract : UpstreamContract
{
    protected override string Provider => "anthropic";

    protected override string Config => "\"model\":\"claude-secret\"";

    protected override string CallId => "toolu_01A09q90qw90lq917835lq9";

    internal override ProviderKind Kind(UpstreamHttp http, TimeProvider clock) => new AnthropicKind(http, clock);

    [Theory]
    [InlineData("end_turn", "stop")]
    [InlineData("stop_sequence", "stop")]
    [InlineData("pause_turn", "stop")]
    [InlineData("max_tokens", "length")]
    [InlineData("model_context_window_exceeded", "length")]
    [InlineData("refusal", "content_filter")]
    [InlineData("tool_use", "tool_calls")]
    public async Task A_stop_reason_has_a_finish_reason_whole_and_streamed(string told, string expected)
    {
        var (whole, _) = await ExchangeAsync(Sample.Hello, Transcript.Read("anthropic", "text.json").Replace("end_turn", told, StringComparison.Ordinal));
        var (_, sent) = await StreamExchangeAsync(
            Transcript.Messages(Transcript.Read("anthropic", "text.stream").Replace("end_turn", told, StringComparison.Ordinal)));

        Assert.Equal(expected, whole.Answer!.Choices[0].FinishReason);
        Assert.Equal(expected, Sample.Json(Sample.Events(sent)[^1]).GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task Thoughts_are_left_out_and_words_and_calls_stand_together()
    {
        var (result, _) = await ExchangeAsync(Sample.Hello, """
            {"type":"message","content":[{"type":"thinking","thinking":"Hm.","signature":"x"},{"type":"text","text":"I look."},
             {"type":"tool_use","id":"a","name":"find","input":{}},{"type":"tool_use","id":"b","name":"now","input":{"z":"é"}}],"stop_reason":"tool_use"}
            """);

        var choice = Assert.Single(result.Answer!.Choices);
        Assert.Equal("I look.", choice.Content);
        Assert.Equal([new ToolCall("a", "find", "{}"), new ToolCall("b", "now", """{"z":"é"}""")], choice.ToolCalls);
        Assert.True(result.Usage.Estimated);
    }

    [Fact]
    public async Task A_call_without_arguments_is_streamed_with_an_empty_object()
    {
        var (_, sent) = await StreamExchangeAsync(Transcript.Messages(Transcript.Read("anthropic", "tool.stream"))
            .Where(m => !m.Contains("input_json_delta", StringComparison.Ordinal)).ToArray());

        Assert.Contains("\"arguments\":\"{}\"", sent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 4096)]
    [InlineData(",\"max_tokens\":777", 777)]
    public async Task A_call_without_a_limit_gets_the_connections(string members, int expected)
    {
        var (_, sent) = await ExchangeAsync(Sample.Hello, members: members);

        Assert.Equal(expected, sent.GetProperty("max_tokens").GetInt32());
    }

    [Theory]
    [InlineData("\"none\"", """{"type":"none"}""")]
    [InlineData("\"auto\"", """{"type":"auto"}""")]
    [InlineData("\"required\"", """{"type":"any"}""")]
    [InlineData("""{"type":"function","function":{"name":"f"}}""", """{"type":"tool","name":"f"}""")]
    public async Task A_choice_of_tools_is_translated(string ours, string theirs)
    {
        var (_, sent) = await ExchangeAsync(
            $$$"""{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":{{{ours}}}}""");

        Assert.Equal(theirs, sent.GetProperty("tool_choice").GetRawText());
    }

    [Fact]
    public async Task Just_any_JSON_is_asked_for_in_words()
    {
        var (_, sent) = await ExchangeAsync("""{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}""");

        Assert.Contains("JSON", sent.GetProperty("system").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_on_the_web_are_sent_by_their_address_and_neighbours_of_a_role_become_one_turn()
    {
        var (_, sent) = await ExchangeAsync("""
            {"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":""},{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}
            """);

        Assert.Equal(
            """[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"url","url":"https://x/y.png"}}]}]""",
            sent.GetProperty("messages").GetRawText());
    }

    [Fact]
    public async Task Ids_that_the_protocol_does_not_take_are_replaced_alike_in_call_and_result()
    {
        var (_, sent) = await ExchangeAsync("""
            {"model":"m","messages":[{"role":"user","content":"x"},
             {"role":"assistant","tool_calls":[{"id":"call~1/=","type":"function","function":{"name":"f","arguments":"{}"}}]},
             {"role":"tool","tool_call_id":"call~1/=","content":[{"type":"text","text":"r"}]}]}
            """);

        var turns = sent.GetProperty("messages");
        var id = turns[1].GetProperty("content")[0].GetProperty("id").GetString()!;
        Assert.Matches("^[a-z0-9]{32}$", id);
        Assert.Equal(id, turns[2].GetProperty("content")[0].GetProperty("tool_use_id").GetString());
    }

    [Fact]
    public async Task What_cannot_be_asked_for_is_told_by_field_and_nothing_is_sent()
    {
        var (result, sent) = await ExchangeAsync("""
            {"model":"m","n":2,"tools":[{"type":"custom"}],"messages":[{"role":"user","content":[
             {"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}},{"type":"image_url","image_url":{"url":"file:///x"}},{"type":"video"}]},
             {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"[1]"}}]}]}
            """);

        Assert.Equal(ChatOutcome.Rejected, result.Outcome);
        Assert.Equal(JsonValueKind.Undefined, sent.ValueKind);
        Assert.All(
            ["n must", "tools[0].type", "messages[0].content[0] must", "messages[0].content[1].image_url.url", "messages[0].content[2] is", "messages[1].tool_calls[0].function.arguments"],
            field => Assert.Contains(field, result.Failure!.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"max_tokens: 9 > 8"}}""", FailureClass.CallerFault, "max_tokens: 9 > 8")]
    [InlineData(400, """{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low."}}""", FailureClass.Quota, null)]
    [InlineData(402, """{"type":"error","error":{"type":"billing_error","message":"no"}}""", FailureClass.Quota, null)]
    [InlineData(403, """{"type":"error","error":{"type":"permission_error","message":"no"}}""", FailureClass.Credential, null)]
    [InlineData(413, """{"type":"error","error":{"type":"request_too_large","message":"Too large"}}""", FailureClass.CallerFault, "Too large")]
    [InlineData(504, """{"type":"error","error":{"type":"timeout_error","message":"no"}}""", FailureClass.Timeout, null)]
    [InlineData(529, """{"type":"error","error":{"type":"overloaded_error","message":"no"}}""", FailureClass.Transient, null)]
    [InlineData(529, "<html>", FailureClass.Transient, null)]
    [InlineData(418, """{"error":7}""", FailureClass.Unknown, null)]
    public void A_failure_has_the_class_that_decides_what_follows(int status, string body, FailureClass expected, string? message)
    {
        var failure = AnthropicFailures.From(HttpFailures.FromStatus(status), Encoding.UTF8.GetBytes(body));

        Assert.Equal(expected, failure.Class);
        Assert.Equal(message ?? HttpFailures.FromStatus(status).Message, failure.Message);
    }
}
