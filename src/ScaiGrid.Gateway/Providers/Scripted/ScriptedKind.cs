using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ScaiGrid.Gateway.Providers.Scripted;

/// <summary>
/// <c>scripted</c>: answers by rules instead of by a model, always the same for the same message, so that samples, demos and
/// tests need no key. It can be slow, fail, break off and call tools like a real one.
/// </summary>
/// <remarks>
/// <c>{ "rules": [ { "match": { "contains" | "equals" | "regex" | "model" }, "reply" (with <c>{{message}}</c>) | "json",
/// "tool_calls": [ { "id", "name", "arguments" } ], "delay_ms", "chunk_delay_ms",
/// "fail": { "status", "message", "retry_after_ms" } | "timeout" | "cut",
/// "usage": { "prompt_tokens", "completion_tokens" } } ], "default": a rule without match }</c>. The first rule whose
/// conditions all hold for the last user message answers; without one, and without a default, the call fails as a model that
/// is gone would.
/// </remarks>
public sealed class ScriptedKind(TimeProvider clock) : ProviderKind("scripted")
{
    public override bool TryConnect(
        JsonElement config, Reach reach, [NotNullWhen(true)] out IChatProvider? provider, out IReadOnlyList<Fault> faults)
    {
        var rules = ScriptReader.Read(config, out faults);
        provider = rules is null ? null : new ScriptedProvider(rules, clock);
        return provider is not null;
    }
}
