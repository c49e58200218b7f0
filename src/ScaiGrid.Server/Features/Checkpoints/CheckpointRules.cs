using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

internal sealed partial class Checkpoint
{
    /// <param name="isHidden">It is not among those that people are shown.</param>
    public static Checkpoint Open(Run run, OpenCheckpoint open, bool isHidden = false)
    {
        var assignee = Fit(open.Assignee, AssigneeLength);
        var (type, value) = ParseAssignee(assignee);
        return new()
        {
            Id = new(open.Id),
            TenantId = run.TenantId,
            CoreId = run.CoreId,
            ExecutionId = run.Id,
            FlowName = run.FlowName,
            StepPath = open.StepPath,
            InstanceKey = run.InstanceKey,
            CheckpointType = Fit(open.Type, TypeLength)!,
            Prompt = Fit(open.Prompt, int.MaxValue)!,
            Options = open.Options.Count > 0 ? Value.Array([.. open.Options.Select(o => (Value)o)]) : DecisionsOf(open.Form),
            Form = open.Form,
            IsHidden = isHidden,
            AssigneeRaw = assignee,
            AssigneeType = type,
            AssigneeValue = value,
            Context = open.Context,
            Priority = Enum.Parse<CheckpointPriority>(open.Priority.ToString()),
            ExpiresAt = open.ExpiresAt,
            ExpiryAction = open.OnTimeout,
            EscalationTarget = Fit(open.EscalationTarget, AssigneeLength),
            CreatedAt = open.OpenedAt,
        };
    }

    /// <summary><c>user:…</c>, <c>group:…</c> or <c>role:…</c>; anything else reaches nobody in particular.</summary>
    public static (AssigneeType Type, string? Value) ParseAssignee(string? raw) => raw?.Split(':', 2) switch
    {
        ["user", { Length: > 0 } user] => (AssigneeType.User, user),
        ["group", { Length: > 0 } group] => (AssigneeType.Group, group),
        ["role", { Length: > 0 } role] => (AssigneeType.Role, role),
        _ => (AssigneeType.Unrouted, null),
    };

    /// <summary>The answers that a review form offers: those of its section for the decision, by their ids.</summary>
    private static Value DecisionsOf(Value form)
    {
        var decision = form["sections"].Items.FirstOrDefault(s => (s["type"].AsString() ?? s["kind"].AsString()) == "decision");
        return Value.Array([.. decision["options"].Items.Select(o => o["id"].IsNull ? o : o["id"]).Where(o => o.Kind == ValueKind.String)]);
    }

    /// <summary>Whether the question is this person's to answer.</summary>
    public bool IsAssignedTo(Principal principal) => AssigneeType switch
    {
        AssigneeType.User or AssigneeType.DelegatedUser =>
            AssigneeValue == principal.UserId.Value || (principal.Email.Length > 0 && string.Equals(AssigneeValue, principal.Email, StringComparison.OrdinalIgnoreCase)),
        AssigneeType.Group => principal.Groups.Contains(AssigneeValue!),
        AssigneeType.Role => principal.Roles.Contains(AssigneeValue!),
        _ => true,
    };

    /// <summary>Takes the answer. The first one counts.</summary>
    public Result<CheckpointResolved> Resolve(Value resolution, string? comment, Principal by, DateTimeOffset now)
    {
        if (Refuse(by) is { } refused)
        {
            return refused;
        }

        if (Options.Items is { Count: > 0 } options && !options.Contains(resolution))
        {
            return KernelErrors.Validation.At("resolution", $"must be one of {string.Join(", ", options.Select(o => o.ToText()))}");
        }

        (Status, Resolution, Comment) = (CheckpointStatus.Resolved, resolution, comment);
        (ResolvedBy, ResolvedAt) = (by.UserId, now);
        return new CheckpointResolved(Id.Value, resolution, by.UserId.Value, comment) { At = now };
    }

    /// <summary>Takes the question back: nobody will answer it.</summary>
    public Result<CheckpointCancelled> Cancel(Principal by, DateTimeOffset now)
    {
        if (Refuse(by) is { } refused)
        {
            return refused;
        }

        (Status, ResolvedBy, ResolvedAt) = (CheckpointStatus.Cancelled, by.UserId, now);
        return new CheckpointCancelled(Id.Value, by.UserId.Value) { At = now };
    }

    /// <summary>Gives the question to somebody else.</summary>
    public Error? Reassign(string assignee, Principal by)
    {
        if (Refuse(by) is { } refused)
        {
            return refused;
        }

        var (type, value) = ParseAssignee(assignee);
        if (type == AssigneeType.Unrouted)
        {
            return KernelErrors.Validation.At("assignee", "must be user:…, group:… or role:…");
        }

        (AssigneeRaw, AssigneeType, AssigneeValue) = (assignee, type, value);
        return null;
    }

    /// <summary>Lets time have its way.</summary>
    /// <returns>What the run learns of it; null when the question merely went to somebody else.</returns>
    public CheckpointExpired? Expire(DateTimeOffset now)
    {
        if (ExpiryAction == "escalate")
        {
            (ExpiresAt, Priority) = (null, Priority == CheckpointPriority.Critical ? Priority : Priority + 1);
            if (EscalationTarget is { } target)
            {
                (AssigneeRaw, (AssigneeType, AssigneeValue)) = (target, ParseAssignee(target));
            }

            return null;
        }

        (Status, ResolvedAt) = (CheckpointStatus.Expired, now);
        Resolution = ExpiryAction == "fail" ? default : ExpiryAction;
        return new(Id.Value) { At = now };
    }

    /// <summary>These texts come of a program and its input: whatever they are, they must not be what keeps the run from being stored.</summary>
    private static string? Fit(string? text, int length) => text?[..Math.Min(text.Length, length)].Replace('\0', '\uFFFD');

    private Error? Refuse(Principal by) =>
        Status == CheckpointStatus.Resolved ? CheckpointErrors.AlreadyResolved.With("The checkpoint has been resolved already.") with
        {
            Data = new Dictionary<string, object?> { ["resolution"] = Resolution, ["resolved_by"] = ResolvedBy, ["resolved_at"] = ResolvedAt },
        }
        : Status != CheckpointStatus.Pending ? CheckpointErrors.Closed.With($"The checkpoint is {Status.ToString().ToLowerInvariant()}.")
        : !IsAssignedTo(by) && !by.May(Permissions.CoreAdmin) ? CheckpointErrors.NotAssignee.With($"The checkpoint is assigned to {AssigneeRaw}.")
        : null;
}
