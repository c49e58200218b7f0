using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Scripted;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers.Scripted;

public sealed class ScriptedTests
{
    private const string Script = """
        { "rules": [
            { "match": {"equals":"ping"}, "reply": "pong" },
            { "match": {"contains":"refund","model":"acme/helper"}, "reply": "Refund: {{message}} ({{message}})" },
            { "match": {"contains":"refund"}, "reply": "never" },
            { "match": {"regex":"^order (\\d+)$"}, "json": {"order": true, "lines": [1]} },
            { "match": {"regex":"(a+)+b\\1$"}, "reply": "slow pattern" },
            { "match": {"contains":"limit"}, "fail": {"status":429,"message":"Slow down, please.","retry_after_ms":1500} },
            { "match": {"contains":"both"}, "reply": "Looking.", "tool_calls": [{"name":"look","arguments":{"a":1}},{"name":"see","id":"mine"}] } ],
          "default": { "reply": "I do not know." } }
        """;

    [Theory]
    [InlineData("ping", "pong")]
    [InlineData("PING", "pong")]
    [InlineData("ping pong", "I do not know.")]
    [InlineData("A refund?", "Refund: A refund? (A refund?)")]
    [InlineData("order 66", """{"order":true,"lines":[1]}""")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "I do not know.")]
    public async Task The_first_rule_that_matches_the_last_user_message_answers(string message, string expected)
    {
        using var result = await Wire.ChatAsync(Connect(Script), $$"""
            {"model":"acme/helper","messages":[{"role":"user","content":"ping"},{"role":"assistant","content":"x"},{"role":"user","content":"{{message}}"}]}
            """);

        Assert.Equal(expected, result.Answer?.Text);
    }

    [Fact]
    public async Task A_failure_has_the_class_of_its_status_and_its_own_message()
    {
        using var result = await Wire.ChatAsync(Connect(Script), """{"model":"m","messages":[{"role":"user","content":"limit"}]}""");

        Assert.Equal(ChatOutcome.BackendRateLimited, result.Outcome);
        Assert.Equal("Slow down, please.", result.Failure?.Message);
        Assert.Equal(TimeSpan.FromSeconds(1.5), result.RetryAfter);
    }

    [Fact]
    public async Task Text_and_tool_calls_may_come_together()
    {
        using var result = await Wire.ChatAsync(Connect(Script), """{"model":"m","messages":[{"role":"user","content":"both"}]}""");

        var choice = Assert.Single(result.Answer!.Choices);
        Assert.Equal("Looking.", choice.Content);
        Assert.Equal([new("call_1", "look", """{"a":1}"""), new("mine", "see", "{}")], choice.ToolCalls!);
    }

    [Fact]
    public async Task Without_a_matching_rule_and_a_default_there_is_no_model()
    {
        using var result = await Wire.ChatAsync(Connect("""{"rules":[]}"""));
        var (streamed, _) = await Wire.StreamAsync(Connect("""{"rules":[]}"""));

        Assert.Equal(FailureClass.ModelGone, result.Failure?.Class);
        Assert.Equal(FailureClass.ModelGone, streamed.Failure?.Class);
    }

    [Fact]
    public async Task Usage_is_counted_by_length_when_the_script_does_not_say()
    {
        using var result = await Wire.ChatAsync(Connect("""{"default":{"reply":"12345678"}}"""));

        Assert.Equal(new Usage(6, 2), result.Usage);
    }

    [Fact]
    public async Task Delays_are_waited_by_the_clock()
    {
        var clock = new ManualClock();
        var provider = Connect("""{"default":{"reply":"one two three","delay_ms":2000,"chunk_delay_ms":500}}""", clock);
        var dispatcher = new Dispatcher(clock, new Random(1));

        var (result, sent) = await clock.RunAsync(Wire.StreamAsync(provider, dispatcher: dispatcher));

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(3.5), result.Latency);
        Assert.Equal(TimeSpan.FromSeconds(2), result.TimeToFirstToken);
        Assert.Equal(5, Sample.Events(sent).Count);
    }

    [Fact]
    public async Task A_silence_longer_than_the_backends_time_times_out()
    {
        var clock = new ManualClock();
        var provider = Connect("""{"default":{"reply":"x","fail":"timeout"}}""", clock);

        using var result = await clock.RunAsync(new Dispatcher(clock, new Random(1))
            .ChatAsync(Sample.Route(provider), Sample.Request(), Sample.Context, TestContext.Current.CancellationToken).AsTask());

        Assert.Equal(ChatOutcome.BackendTimeout, result.Outcome);
        Assert.Equal(TimeSpan.FromSeconds(20), result.Latency);
    }

    [Theory]
    [InlineData("[]", "")]
    [InlineData("{}", "rules")]
    [InlineData("""{"rules":7}""", "rules")]
    [InlineData("""{"rules":[7]}""", "rules[0]")]
    [InlineData("""{"rules":[],"rule":[]}""", "rule")]
    [InlineData("""{"rules":[{}]}""", "rules[0].reply")]
    [InlineData("""{"rules":[{"fail":"cut"}]}""", "rules[0].reply")]
    [InlineData("""{"rules":[{"reply":7}]}""", "rules[0].reply")]
    [InlineData("""{"rules":[{"reply":"a","json":{}}]}""", "rules[0].json")]
    [InlineData("""{"rules":[{"json":"a"}]}""", "rules[0].json")]
    [InlineData("""{"rules":[{"reply":"a","match":"x"}]}""", "rules[0].match")]
    [InlineData("""{"rules":[{"reply":"a","match":{"like":"x"}}]}""", "rules[0].match.like")]
    [InlineData("""{"rules":[{"reply":"a","match":{"regex":"("}}]}""", "rules[0].match.regex")]
    [InlineData("""{"rules":[{"reply":"a","delay_ms":-1}]}""", "rules[0].delay_ms")]
    [InlineData("""{"rules":[{"reply":"a","delay_ms":600001}]}""", "rules[0].delay_ms")]
    [InlineData("""{"rules":[{"reply":"a","delay_ms":"1"}]}""", "rules[0].delay_ms")]
    [InlineData("""{"rules":[{"fail":"crash"}]}""", "rules[0].fail")]
    [InlineData("""{"rules":[{"fail":{}}]}""", "rules[0].fail.status")]
    [InlineData("""{"rules":[{"fail":{"status":200}}]}""", "rules[0].fail.status")]
    [InlineData("""{"rules":[{"tool_calls":[]}]}""", "rules[0].tool_calls")]
    [InlineData("""{"rules":[{"tool_calls":[{}]}]}""", "rules[0].tool_calls[0].name")]
    [InlineData("""{"rules":[{"tool_calls":[{"name":"f","arguments":"{}"}]}]}""", "rules[0].tool_calls[0].arguments")]
    [InlineData("""{"rules":[{"reply":"a","usage":{"tokens":1}}]}""", "rules[0].usage.tokens")]
    [InlineData("""{"rules":[{"reply":"a","reply":"b"}]}""", "rules[0].reply")]
    [InlineData("""{"default":{"reply":"a","match":{}}}""", "default.match")]
    [InlineData("""{"default":{"reply":"\ud800"}}""", "")]
    public void A_fault_in_a_script_is_named_by_its_field(string config, string field)
    {
        var faults = new ScriptedKind(TimeProvider.System).Validate(Sample.Json(config));

        Assert.Equal([field], faults.Select(f => f.Field));
    }

    [Fact]
    public void Every_fault_of_a_script_is_told_at_once() => Assert.Equal(
        ["rules[0].delay_ms", "rules[0].replay", "rules[1].match.regex"],
        new ScriptedKind(TimeProvider.System).Validate(Sample.Json(
            """{"rules":[{"replay":"a","delay_ms":-1},{"reply":"a","match":{"regex":"["}}]}""")).Select(f => f.Field));

    [Fact]
    public void More_rules_than_a_script_may_have_are_refused() => Assert.Equal(
        ["rules"],
        new ScriptedKind(TimeProvider.System).Validate(Sample.Json(
            $$"""{"rules":[{{string.Join(',', Enumerable.Repeat("""{"reply":"a"}""", 501))}}]}""")).Select(f => f.Field));

    private static IChatProvider Connect(string config, TimeProvider? clock = null)
    {
        Assert.True(new ScriptedKind(clock ?? TimeProvider.System).TryConnect(
            Sample.Json(config), Reach.Guarded, out var provider, out var faults), string.Join("; ", faults));
        return provider;
    }
}
