using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime;

/// <summary>
/// Something that happened to a run. Events are the contract of the journal: their names and members are never renamed, and
/// what is added later is optional.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStarted), "run_started")]
[JsonDerivedType(typeof(ModelAnswered), "model_answered")]
[JsonDerivedType(typeof(EffectPerformed), "effect_performed")]
[JsonDerivedType(typeof(CheckpointOpened), "checkpoint_opened")]
[JsonDerivedType(typeof(CheckpointResolved), "checkpoint_resolved")]
[JsonDerivedType(typeof(CheckpointExpired), "checkpoint_expired")]
[JsonDerivedType(typeof(CheckpointCancelled), "checkpoint_cancelled")]
[JsonDerivedType(typeof(RunCancelled), "run_cancelled")]
[JsonDerivedType(typeof(MemoryRead), "memory_read")]
public abstract record RunEvent
{
    /// <summary>The run's clock from here on, and what <c>now()</c> answers. The engine fills it in when it is the default.</summary>
    [JsonPropertyOrder(-1)]
    public DateTimeOffset At { get; init; }
}

/// <param name="EngineVersion">The behaviour the run began with and keeps; see <see cref="Engine.Version"/>.</param>
/// <param name="Program">The digest of the program it runs.</param>
/// <param name="MemoryRevision">Which state of the instance's memory the variables are; null when they are not from there.</param>
public sealed record RunStarted(
    int EngineVersion, string RunId, string Program, string Flow, Value Input, Value Config, string? InstanceKey, Value Variables,
    RunLimits Limits, string? MemoryRevision = null) : RunEvent;

public sealed record ModelAnswered(string StepPath, int Attempt, ModelAnswer Answer) : RunEvent;

/// <summary>Of every effect that is not a model call.</summary>
public sealed record EffectPerformed(string StepPath, int Attempt, EffectOutcome Outcome) : RunEvent;

public sealed record CheckpointOpened(string StepPath, string CheckpointId) : RunEvent;

/// <param name="Resolution">Becomes the step's result.</param>
/// <param name="By">Who resolved it; null when nobody in particular did.</param>
public sealed record CheckpointResolved(string CheckpointId, Value Resolution, string? By = null, string? Comment = null) : RunEvent;

/// <summary>Its time is up: what now happens is the checkpoint's <c>on_timeout</c>.</summary>
public sealed record CheckpointExpired(string CheckpointId) : RunEvent;

/// <summary>Nobody is going to answer: the run fails.</summary>
public sealed record CheckpointCancelled(string CheckpointId, string? By = null, string? Comment = null) : RunEvent;

/// <param name="Steps">How many steps had been executed by then. The engine fills it in.</param>
public sealed record RunCancelled(string Reason, int Steps = 0) : RunEvent;

/// <summary>
/// While the run waited, others of its instance may have been executed: its variables are now what the instance remembers.
/// </summary>
/// <param name="Revision">As <see cref="RunStarted.MemoryRevision"/>.</param>
public sealed record MemoryRead(Value Variables, string Revision) : RunEvent;
