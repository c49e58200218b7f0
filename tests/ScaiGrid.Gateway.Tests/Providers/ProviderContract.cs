using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers;

/// <summary>What every provider does, whatever it talks to. A suite for one provider inherits it and prepares the backends.</summary>
public abstract class ProviderContract
{
    /// <summary>A backend that answers <c>Well, hello there.</c> and counts 11 and 4 tokens.</summary>
    internal abstract IChatProvider Answering();

    /// <summary>A backend that calls the tool <c>find</c> with <c>{"q":"x"}</c>, as <see cref="CallId"/>.</summary>
    internal abstract IChatProvider CallingATool();

    /// <summary>The id of that call.</summary>
    protected virtual string CallId => "call_1";

    /// <summary>A backend that answers with status 503.</summary>
    internal abstract IChatProvider Failing();

    /// <summary>A backend that never answers.</summary>
    internal abstract IChatProvider Silent();

    /// <summary>A backend whose stream breaks off after some text.</summary>
    internal abstract IChatProvider BreakingOff();

    [Fact]
    public async Task An_answer_has_the_public_name_its_text_and_its_usage()
    {
        using var result = await Wire.ChatAsync(Answering());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(new Usage(11, 4), result.Usage);
        Assert.Equal("Well, hello there.", result.Answer?.Text);
        var json = Sample.Written(result);
        Assert.Equal(Sample.Slug, json.GetProperty("model").GetString());
        Assert.Equal("chat.completion", json.GetProperty("object").GetString());
        Assert.NotEqual("", json.GetProperty("id").GetString());
        Assert.True(json.GetProperty("created").GetInt64() > 0);
        var choice = json.GetProperty("choices")[0];
        Assert.Equal(0, choice.GetProperty("index").GetInt32());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Equal("assistant", choice.GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("Well, hello there.", choice.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal(15, json.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task A_stream_begins_with_the_role_appends_the_text_and_ends_with_a_reason()
    {
        var (result, sent) = await Wire.StreamAsync(Answering(), """{"model":"m","stream":true,"messages":[{"role":"user","content":"Hello"}]}""");

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        Assert.Equal(new Usage(11, 4), result.Usage);
        Assert.True(result.ContentSent);
        Assert.NotNull(result.TimeToFirstToken);
        var chunks = Sample.Events(sent).ConvertAll(Sample.Json);
        Assert.All(chunks, c => Assert.Equal(Sample.Slug, c.GetProperty("model").GetString()));
        Assert.All(chunks, c => Assert.Equal("chat.completion.chunk", c.GetProperty("object").GetString()));
        Assert.Single(chunks.Select(c => c.GetProperty("id").GetString()).Distinct());
        Assert.Equal("assistant", Delta(chunks[0]).GetProperty("role").GetString());
        Assert.Equal("Well, hello there.", string.Concat(chunks.Select(ContentOf)));
        Assert.Equal("stop", chunks[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
    }

    [Fact]
    public async Task The_usage_comes_last_to_callers_who_ask_for_it()
    {
        var (_, sent) = await Wire.StreamAsync(Answering(), context: Sample.Context with { IncludeUsage = true });

        var last = Sample.Json(Sample.Events(sent)[^1]);
        Assert.Equal(0, last.GetProperty("choices").GetArrayLength());
        Assert.Equal(11, last.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        Assert.Equal(15, last.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Fact]
    public async Task A_tool_call_is_answered_whole()
    {
        using var result = await Wire.ChatAsync(CallingATool());

        var choice = Assert.Single(result.Answer!.Choices);
        Assert.Equal("tool_calls", choice.FinishReason);
        Assert.Equal(new ToolCall(CallId, "find", """{"q":"x"}"""), Assert.Single(choice.ToolCalls!));
        var call = Sample.Written(result).GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0];
        Assert.Equal("function", call.GetProperty("type").GetString());
        Assert.Equal("find", call.GetProperty("function").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_tool_call_is_streamed()
    {
        var (result, sent) = await Wire.StreamAsync(CallingATool());

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        var calls = Sample.Events(sent).ConvertAll(Sample.Json)
            .Where(c => c.GetProperty("choices")[0].TryGetProperty("delta", out var d) && d.TryGetProperty("tool_calls", out _))
            .Select(c => Delta(c).GetProperty("tool_calls")[0]).ToList();
        Assert.Equal(CallId, calls[0].GetProperty("id").GetString());
        Assert.All(calls, c => Assert.Equal(0, c.GetProperty("index").GetInt32()));
        Assert.Equal("""{"q":"x"}""", string.Concat(calls.Select(c => c.GetProperty("function").GetProperty("arguments").GetString())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failure_is_a_value_with_a_class_and_a_harmless_message(bool stream)
    {
        var (result, sent) = stream ? await Wire.StreamAsync(Failing()) : (await Wire.ChatAsync(Failing()), "");

        Assert.Equal(ChatOutcome.BackendError, result.Outcome);
        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.Equal(503, result.Failure?.Status);
        Assert.DoesNotContain("127.0.0.1", result.Failure!.Message, StringComparison.Ordinal);
        Assert.False(result.ContentSent);
        Assert.Equal(default, result.Usage);
        Assert.Equal("", sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_caller_who_leaves_ends_the_call(bool stream)
    {
        using var leaving = new CancellationTokenSource();
        var dispatcher = new Dispatcher(TimeProvider.System, new Random(1));
        var route = Sample.Route(Silent());
        var writer = System.IO.Pipelines.PipeWriter.Create(Stream.Null);

        var call = stream
            ? dispatcher.StreamAsync(route, Sample.Request(), Sample.Context, writer, leaving.Token)
            : dispatcher.ChatAsync(route, Sample.Request(), Sample.Context, leaving.Token);
        Assert.False(call.IsCompleted);
        await leaving.CancelAsync();
        using var result = await call;

        Assert.Equal(ChatOutcome.Canceled, result.Outcome);
        Assert.Null(result.Failure);
        Assert.True(result.Usage.Estimated);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_a_failure_and_what_came_is_counted()
    {
        var (result, sent) = await Wire.StreamAsync(BreakingOff());

        Assert.Equal(ChatOutcome.BackendError, result.Outcome);
        Assert.Equal(FailureClass.Transient, result.Failure?.Class);
        Assert.True(result.ContentSent);
        Assert.True(result.Usage.CompletionTokens > 0);
        Assert.NotEqual("", string.Concat(Sample.Events(sent).Select(e => ContentOf(Sample.Json(e)))));
    }

    private static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");

    private static string ContentOf(JsonElement chunk) =>
        Delta(chunk).TryGetProperty("content", out var content) ? content.GetString() ?? "" : "";
}
