using System.Text;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;

namespace ScaiGrid.Gateway.Providers.Scripted;

internal sealed class ScriptedProvider(IReadOnlyList<ScriptRule> rules, TimeProvider clock) : IChatProvider, IEmbeddingProvider
{
    private static readonly ProviderFailure NoRule =
        new(FailureClass.ModelGone, "No rule of the model's script matches the message, and it has no default.");

    public async ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
    {
        var message = call.Request.LastUserText;
        if (Find(call.Request.Model, message) is not { } rule)
        {
            return NoRule;
        }

        await WaitAsync(rule, ct);
        return rule.Failure is { } failure ? failure : Compose(call, rule, message);
    }

    public async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
    {
        var message = call.Request.LastUserText;
        if (Find(call.Request.Model, message) is not { } rule)
        {
            return NoRule;
        }

        await WaitAsync(rule, ct);
        if (rule.End == ScriptEnd.Fail)
        {
            return rule.Failure;
        }

        await stream.WriteAsync(new ChatEvent { Role = "assistant", Content = "" }, ct);
        var pieces = Pieces(rule.ContentFor(message) ?? "").ToList();
        var sent = rule.End == ScriptEnd.Cut ? (pieces.Count + 1) / 2 : pieces.Count;
        foreach (var piece in pieces.Take(sent))
        {
            await PauseAsync(rule.ChunkDelay, ct);
            await stream.WriteAsync(new ChatEvent { Content = piece }, ct);
        }

        if (rule.End == ScriptEnd.Cut)
        {
            return rule.Failure;
        }

        if (rule.ToolCalls is not null)
        {
            await stream.WriteAsync(new ChatEvent { ToolCalls = rule.ToolCalls }, ct);
        }

        stream.Count(UsageOf(call, rule, message));
        await stream.WriteAsync(new ChatEvent { FinishReason = FinishReasonOf(rule) }, ct);
        return null;
    }

    /// <summary>The rule that the first input meets says whether it is slow or fails; what the rule would reply is not asked for.</summary>
    public async ValueTask<EmbeddingReply> EmbedAsync(EmbeddingCall call, CancellationToken ct)
    {
        if (call.Request.Tokens.Count > 0)
        {
            return EmbeddingFailures.TextOnly;
        }

        if (Find(call.Request.Model, call.Request.Texts[0]) is { } rule)
        {
            await WaitAsync(rule, ct);
            if (rule.Failure is { } failure)
            {
                return failure;
            }
        }

        var tokens = call.Request.EstimatedPromptTokens;
        return new EmbeddingAnswer([.. call.Request.Texts.Select(t => WordVector.Of(t, call.Request.Dimensions ?? WordVector.Dimensions))], new Usage(tokens, 0));
    }

    private ScriptRule? Find(string model, string message) => rules.FirstOrDefault(r => r.Match.Holds(model, message));

    private async ValueTask WaitAsync(ScriptRule rule, CancellationToken ct)
    {
        await PauseAsync(rule.Delay, ct);
        if (rule.End == ScriptEnd.Timeout)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
        }
    }

    private async ValueTask PauseAsync(TimeSpan pause, CancellationToken ct)
    {
        if (pause > TimeSpan.Zero)
        {
            await Task.Delay(pause, clock, ct);
        }
    }

    private ChatAnswer Compose(ChatCall call, ScriptRule rule, string message) => new(
        $"chatcmpl-{call.Context.RequestId}", clock.GetUtcNow(),
        [new ChatChoice(0, rule.ContentFor(message), FinishReasonOf(rule), rule.ToolCalls)],
        UsageOf(call, rule, message));

    private static string FinishReasonOf(ScriptRule rule) => rule.ToolCalls is null ? "stop" : "tool_calls";

    /// <summary>What the rule says, else a token for every four bytes: a script's own count, so not marked as an estimate.</summary>
    private static Usage UsageOf(ChatCall call, ScriptRule rule, string message) =>
        rule.Usage ?? Usage.Estimate(call.Request.EstimatedPromptTokens, BytesOf(rule, message)) with { Estimated = false };

    private static int BytesOf(ScriptRule rule, string message) =>
        Encoding.UTF8.GetByteCount(rule.ContentFor(message) ?? "")
        + (rule.ToolCalls?.Sum(c => c.Name.Length + c.Arguments.Length) ?? 0);

    /// <summary>Word by word, each with the space before it.</summary>
    private static IEnumerable<string> Pieces(string text)
    {
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = text.IndexOf(' ', start + 1);
            end = end < 0 ? text.Length : end;
            yield return text[start..end];
        }
    }
}
