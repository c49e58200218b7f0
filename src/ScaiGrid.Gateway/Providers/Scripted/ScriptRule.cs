using System.Text.RegularExpressions;
using ScaiGrid.Gateway.Chat;

namespace ScaiGrid.Gateway.Providers.Scripted;

/// <summary>What a rule looks at: each condition that is set must hold. A match without conditions always holds.</summary>
internal sealed record ScriptMatch(string? Contains, string? EqualTo, Regex? Pattern, string? Model)
{
    /// <param name="model">The public slug that the caller asked for.</param>
    public bool Holds(string model, string message) =>
        (Model is null || Model == model)
        && (Contains is null || message.Contains(Contains, StringComparison.OrdinalIgnoreCase))
        && (EqualTo is null || string.Equals(EqualTo, message, StringComparison.OrdinalIgnoreCase))
        && (Pattern is null || PatternHolds(message));

    private bool PatternHolds(string message)
    {
        try
        {
            return Pattern!.IsMatch(message);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}

internal enum ScriptEnd
{
    /// <summary>The answer is given.</summary>
    Answer,

    /// <summary>A failure is given in its place.</summary>
    Fail,

    /// <summary>Nothing comes until the caller's patience ends.</summary>
    Timeout,

    /// <summary>A stream breaks off in the middle of its text; a whole answer is lost on its way.</summary>
    Cut,
}

/// <summary>One rule of a script, checked.</summary>
/// <param name="Reply">Text in which <c>{{message}}</c> stands for the last user message; null when the reply is JSON or a tool call.</param>
/// <param name="Json">The reply as compact JSON text; null when it is text.</param>
internal sealed record ScriptRule(
    ScriptMatch Match, string? Reply, string? Json, IReadOnlyList<ToolCall>? ToolCalls, TimeSpan Delay, TimeSpan ChunkDelay,
    ScriptEnd End, ProviderFailure? Failure, Usage? Usage)
{
    public string? ContentFor(string message) => Json ?? Reply?.Replace("{{message}}", message, StringComparison.Ordinal);
}
