using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>A run as callers see it. <c>steps</c> is asked for by itself.</summary>
internal sealed record RunView(
    Id<Run> Id,
    Id<Core> CoreId,
    string FlowName,
    RunTrigger Trigger,
    RunState Status,
    string? InstanceKey,
    Value Input,
    Value Output,
    RunErrorView? Error,
    RunUsageView Usage,
    string ProgramDigest,
    Id<User> StartedBy,
    string? RequestId,
    DateTimeOffset StartedAt,
    DateTimeOffset? FinishedAt,
    long? DurationMs)
{
    /// <summary>The run that called this one, where one did.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Id<Run>? CalledBy { get; init; }

    /// <summary>The user as whom it acts, where its Core was given one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Id<User>? ActingAs { get; init; }

    /// <summary>What the run waits for, where that was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<CheckpointView>? Checkpoints { get; init; }

    public static RunView Of(Run run) => new(
        run.Id, run.CoreId, run.FlowName, run.Trigger, run.Status, run.InstanceKey, run.Input, run.Output,
        run.ErrorCode is null ? null : new(run.ErrorCode, run.ErrorMessage ?? "", run.ErrorStep),
        new(run.ModelCalls, run.PromptTokens, run.CompletionTokens, run.PromptTokens + run.CompletionTokens, Money.Show(run.Cost)),
        run.ProgramDigest, run.StartedBy, run.RequestId, run.StartedAt, run.FinishedAt,
        run.FinishedAt is { } finished ? (long)(finished - run.StartedAt).TotalMilliseconds : null)
    {
        CalledBy = run.CalledBy,
        ActingAs = run.ActingAs,
    };
}

internal sealed record RunErrorView(string Code, string Message, string? Step);

/// <param name="Cost">An exact decimal, as text.</param>
internal sealed record RunUsageView(int ModelCalls, long PromptTokens, long CompletionTokens, long TotalTokens, string Cost);
