using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>/v1/users/{id}/module-permissions</c>: what a person was granted directly, besides the roles.</summary>
internal static class UserPermissions
{
    public sealed record Grants(IReadOnlyList<string> Permissions);

    public static void Map(IEndpointRouteBuilder users)
    {
        users.MapGet("/{id}/module-permissions", GetAsync)
            .WithName("GetUserPermissions")
            .WithSummary("Get the permissions that a person was granted directly")
            .Requires(Permissions.UsersManage)
            .Answers<Grants>()
            .ProducesErrors(UserErrors.NotFound);
        users.MapPut("/{id}/module-permissions", SetAsync)
            .WithName("SetUserPermissions")
            .WithSummary("Set the permissions that a person is granted directly, in place of those before")
            .Requires(Permissions.UsersManage)
            .Audits("user.permission_update")
            .Answers<Grants>()
            .ProducesErrors(KernelErrors.Validation, UserErrors.NotFound, UserErrors.Yourself, AccessErrors.PermissionDenied);
    }

    private static async Task<IResult> GetAsync(Id<User> id, Principal caller, Db db, CancellationToken ct) =>
        await db.Users.AsNoTracking().Reach(caller).SingleOrDefaultAsync(u => u.Id == id, ct) is { } user
            ? Reply.Ok(new Grants(user.Permissions))
            : UserReach.NotFound(id).ToResult();

    private static async Task<IResult> SetAsync(Id<User> id, Body<Grants> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var permissions = body.Value.Permissions;
        var updated = await db.RetryOnConflictAsync<Result<User>>(async () =>
        {
            if (!(await db.UserToChangeAsync(caller, id, ct)).Succeeded(out var user, out var error))
            {
                return error;
            }

            if (id == caller.UserId)
            {
                return UserErrors.Yourself.With("You cannot change your own permissions.");
            }

            if (Authority.PermissionFaults(caller, "permissions", permissions).ToList() is { Count: > 0 } faults)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = UserView.Of(user);
            user.Permissions = [.. permissions.Distinct().Order(StringComparer.Ordinal)];
            auditor.Changed(id.Value, before, UserView.Of(user));
            await db.SaveChangesAsync(ct);
            return user;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(new Grants(changed.Permissions)) : refused.ToResult();
    }
}
