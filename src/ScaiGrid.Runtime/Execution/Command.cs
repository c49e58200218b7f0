using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Execution;

/// <summary>What the machine wants done outside of it. A later kind of effect is a command here and the event that answers it.</summary>
internal abstract record Command(string StepPath);

/// <summary>Answered by <see cref="ModelAnswered"/> or <see cref="EffectPerformed"/>.</summary>
internal sealed record Perform(Effect Effect) : Command(Effect.StepPath);

/// <summary>Answered by <see cref="CheckpointOpened"/>.</summary>
internal sealed record AskForCheckpoint(string StepPath) : Command(StepPath);

/// <summary>Nobody waits for what that step asked for any more. Not answered.</summary>
internal sealed record Forget(string StepPath) : Command(StepPath);

/// <summary>A checkpoint to be, all its templates rendered.</summary>
internal sealed record Question(
    string Type, string Prompt, IReadOnlyList<string> Options, string? Assignee, CheckpointPriority Priority, TimeSpan? Timeout,
    string OnTimeout, string? EscalationTarget, Value Context, Value Form);
