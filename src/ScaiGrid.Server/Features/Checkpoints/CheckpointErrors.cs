using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

internal static class CheckpointErrors
{
    public static readonly ErrorType NotFound = new("CHECKPOINT_NOT_FOUND", ErrorKind.NotFound, "There is no such checkpoint");
    public static readonly ErrorType AlreadyResolved = new("CHECKPOINT_ALREADY_RESOLVED", ErrorKind.Conflict, "The checkpoint has its answer; the first one counts");
    public static readonly ErrorType Closed = new("CHECKPOINT_CLOSED", ErrorKind.Conflict, "The checkpoint expired or was cancelled");
    public static readonly ErrorType NotAssignee = new("CHECKPOINT_NOT_ASSIGNEE", ErrorKind.Forbidden, "The checkpoint is assigned to somebody else");

    public static Error Missing(Id<Checkpoint> id) => NotFound.With($"There is no checkpoint '{id}'.");
}
