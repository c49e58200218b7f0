using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Checkpoints;

/// <summary><c>GET /checkpoints</c>: those that wait, unless others are asked for; the oldest first, because they have waited longest.</summary>
internal static class ListCheckpoints
{
    public static void Map(IEndpointRouteBuilder checkpoints) => checkpoints
        .MapGet("", HandleAsync)
        .WithName("ListCheckpoints")
        .WithSummary("List checkpoints, the oldest first")
        .Requires(Permissions.CoreView)
        .AnswersPage<CheckpointView>()
        .ProducesErrors(KernelErrors.Validation);

    /// <param name="core_id">Only this Core's.</param>
    /// <param name="include_hidden">True shows those too that the Core's <c>checkpoint_mode</c> keeps out of the queue.</param>
    /// <param name="assignee">Only <c>me</c> is understood: those assigned to the caller, the caller's groups and roles.</param>
    private static async Task<IResult> HandleAsync(
        Paging paging, Choice<CheckpointStatus> status, Id<Core>? core_id, string? assignee, bool? include_hidden, Principal caller, Db db, CancellationToken ct)
    {
        if (assignee is not null and not "me")
        {
            return KernelErrors.Validation.At("assignee", "must be 'me'").ToResult();
        }

        var wanted = status.Value ?? CheckpointStatus.Pending;
        var rows = db.Checkpoints.AsNoTracking().Where(c => c.Status == wanted);
        rows = include_hidden == true ? rows : rows.Where(c => !c.IsHidden);
        if (core_id is { } core)
        {
            rows = rows.Where(c => c.CoreId == core);
        }

        if (assignee is not null)
        {
            var (id, email, groups, roles) = (caller.UserId.Value, caller.Email.ToLowerInvariant(), caller.Groups.ToArray(), caller.Roles.ToArray());
            rows = rows.Where(c => (c.AssigneeType == AssigneeType.User && (c.AssigneeValue == id || c.AssigneeValue!.ToLower() == email))
                || (c.AssigneeType == AssigneeType.Group && groups.Contains(c.AssigneeValue))
                || (c.AssigneeType == AssigneeType.Role && roles.Contains(c.AssigneeValue)));
        }

        if (paging.After is { } after)
        {
            var last = new Id<Checkpoint>(after);
            rows = rows.Where(c => c.Id > last);
        }

        var page = await rows.OrderBy(c => c.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, c => c.Id.Value, CheckpointView.Of));
    }
}
