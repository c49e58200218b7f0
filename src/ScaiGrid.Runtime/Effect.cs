using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime;

/// <summary>Something that a run asks of the world and waits for.</summary>
/// <param name="StepPath">Which step asks; see <see cref="StepTrace.Path"/>.</param>
/// <param name="Attempt">Counts what one step asks, from 1, whatever made another attempt necessary.</param>
/// <param name="Timeout">How long the outcome is waited for, which the engine enforces; null leaves it to the host.</param>
public abstract record Effect(string RunId, string StepPath, int Attempt, TimeSpan? Timeout = null)
{
    /// <summary><c>{run_id}:{step_path}:{attempt}</c>: the same for an effect that is performed again after a crash.</summary>
    public string IdempotencyKey => $"{RunId}:{StepPath}:{Attempt}";
}

/// <param name="Alias">One of the manifest's plugins, or else a plugin itself.</param>
/// <param name="Args">An object.</param>
public sealed record PluginCall(string RunId, string StepPath, int Attempt, string Alias, string Method, Value Args, TimeSpan? Timeout)
    : Effect(RunId, StepPath, Attempt, Timeout);

/// <param name="Headers">An object of names and values.</param>
/// <param name="Query">An object whose members are added to the address.</param>
/// <param name="Body">Null for none.</param>
public sealed record HttpCall(
    string RunId, string StepPath, int Attempt, string Method, string Url, Value Headers, Value Query, Value Body, TimeSpan? Timeout)
    : Effect(RunId, StepPath, Attempt, Timeout);

/// <param name="Scope">Null is the tenant's default scope.</param>
/// <param name="Reason">Why the message was escalated; null when it was not.</param>
public sealed record QueuePublish(
    string RunId, string StepPath, int Attempt, string? Scope, string Queue, string? MessageType, Value Payload,
    CheckpointPriority Priority, string? Reason) : Effect(RunId, StepPath, Attempt);

/// <param name="Scope">As of <see cref="QueuePublish"/>.</param>
/// <param name="Until">Up to when a message is waited for.</param>
public sealed record QueueConsume(string RunId, string StepPath, int Attempt, string? Scope, string Queue, DateTimeOffset Until)
    : Effect(RunId, StepPath, Attempt);

/// <param name="FlowName">Null is the Core's default flow.</param>
/// <param name="InstanceKey">Null leaves it to the Core.</param>
/// <param name="Version">Null is the one deployed.</param>
/// <param name="Until">Up to when the output is waited for; null for as long as it takes.</param>
/// <param name="IsAsync">True wants the run started and named, not its output.</param>
public sealed record CoreCall(
    string RunId, string StepPath, int Attempt, CoreAddress Target, string? FlowName, Value Input, string? InstanceKey, string? Version,
    DateTimeOffset? Until, bool IsAsync) : Effect(RunId, StepPath, Attempt);

/// <summary>What came of an effect that is not a <see cref="ModelCall"/>.</summary>
/// <param name="Result">Becomes the step's result.</param>
/// <param name="Failure">Why there is no result; null when there is one.</param>
public sealed record EffectOutcome(Value Result, EffectFailure? Failure = null)
{
    public static EffectOutcome Failed(string code, string message, bool retryable = false) => new(default, new(code, message, retryable));
}

/// <param name="Retryable">True when the same effect may well succeed later.</param>
public sealed record EffectFailure(string Code, string Message, bool Retryable)
{
    public const string Timeout = "timeout";
}
