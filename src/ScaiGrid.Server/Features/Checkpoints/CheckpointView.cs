using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

internal sealed record CheckpointView(
    Id<Checkpoint> Id,
    Id<Core> CoreId,
    Id<Tenant> TenantId,
    Id<Run> ExecutionId,
    string FlowName,
    string StepPath,
    string? InstanceKey,
    string CheckpointType,
    string Prompt,
    Value Options,
    string? AssigneeRaw,
    AssigneeType AssigneeType,
    AssigneeView? AssigneeResolved,
    Value Context,
    Value Form,
    CheckpointStatus Status,
    CheckpointPriority Priority,
    DateTimeOffset? ExpiresAt,
    string ExpiryAction,
    string? EscalationTarget,
    Value Resolution,
    string? Comment,
    Id<User>? ResolvedBy,
    DateTimeOffset? ResolvedAt,
    DateTimeOffset CreatedAt)
{
    public static CheckpointView Of(Checkpoint c) => new(
        c.Id, c.CoreId, c.TenantId, c.ExecutionId, c.FlowName, c.StepPath, c.InstanceKey, c.CheckpointType, c.Prompt, c.Options, c.AssigneeRaw, c.AssigneeType,
        c.AssigneeValue is { } value ? new(c.AssigneeType, value) : null, c.Context, c.Form, c.Status, c.Priority, c.ExpiresAt, c.ExpiryAction, c.EscalationTarget,
        c.Resolution, c.Comment, c.ResolvedBy, c.ResolvedAt, c.CreatedAt);
}

internal sealed record AssigneeView(AssigneeType Type, string Value);
