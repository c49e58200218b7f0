using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>DELETE /v1/users/{id}</c>: the person's keys, sessions and grants end at once; what the person made and did stays on record.</summary>
internal static class DeleteUser
{
    public static void Map(IEndpointRouteBuilder users) => users
        .MapDelete("/{id}", HandleAsync)
        .WithName("DeleteUser")
        .WithSummary("Delete a person: keys are revoked and sessions end at once")
        .Requires(Permissions.UsersManage)
        .Audits("user.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(UserErrors.NotFound, UserErrors.Yourself, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<User> id, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (!(await db.UserToChangeAsync(caller, id, ct)).Succeeded(out var user, out var error))
            {
                return error;
            }

            if (id == caller.UserId)
            {
                return UserErrors.Yourself.With("You cannot delete yourself.");
            }

            auditor.Changed(id.Value, UserView.Of(user), null);
            var now = clock.GetUtcNow();
            user.Status = UserStatus.Deleted;
            (user.PasswordHash, user.Groups, user.Roles, user.Permissions, user.CustomRoles, user.RolePermissions) = (null, [], [], [], [], []);
            foreach (var key in await db.ApiKeys.Where(k => k.UserId == id && k.RevokedAt == null).ToListAsync(ct))
            {
                key.RevokedAt = now;
            }

            foreach (var grant in await db.Grants.Where(g => g.UserId == id && g.RevokedAt == null).ToListAsync(ct))
            {
                grant.Revoke(now);
            }

            db.Sessions.RemoveRange(await db.Sessions.Where(s => s.UserId == id).ToListAsync(ct));
            await db.SaveChangesAsync(ct);
            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }
}
