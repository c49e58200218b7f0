using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>PUT</c> and <c>DELETE /v1/groups/{id}/members/{user_id}</c>; doing it twice is doing it once.</summary>
internal static class GroupMembership
{
    public static void Map(IEndpointRouteBuilder groups)
    {
        groups.MapPut("/{id}/members/{user_id}", (Id<UserGroup> id, Id<User> user_id, Principal caller, Db db, Auditor auditor, CancellationToken ct) => SetAsync(id, user_id, true, caller, db, auditor, ct))
            .WithName("AddUserToGroup")
            .WithSummary("Put a person into a group")
            .Requires(Permissions.UsersManage)
            .Audits("group.member_add")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(UserErrors.GroupNotFound, UserErrors.NotFound);
        groups.MapDelete("/{id}/members/{user_id}", (Id<UserGroup> id, Id<User> user_id, Principal caller, Db db, Auditor auditor, CancellationToken ct) => SetAsync(id, user_id, false, caller, db, auditor, ct))
            .WithName("RemoveUserFromGroup")
            .WithSummary("Take a person out of a group")
            .Requires(Permissions.UsersManage)
            .Audits("group.member_remove")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(UserErrors.GroupNotFound, UserErrors.NotFound);
    }

    private static async Task<IResult> SetAsync(Id<UserGroup> id, Id<User> userId, bool isMember, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (!(await UserGroups.GroupAsync(db, caller, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            if (await db.Users.Reach(caller).SingleOrDefaultAsync(u => u.Id == userId && u.TenantId == group.TenantId, ct) is not { } user)
            {
                return UserReach.NotFound(userId);
            }

            if (user.Groups.Contains(id.Value) != isMember)
            {
                var before = user.Groups;
                user.Groups = isMember ? [.. before.Append(id.Value).Order(StringComparer.Ordinal)] : [.. before.Where(g => g != id.Value)];
                auditor.Changed(id.Value, new { User = userId, Groups = before }, new { User = userId, user.Groups });
                await db.SaveChangesAsync(ct);
            }

            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }
}
