using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>PUT /v1/users/{id}/roles</c>: the roles that a person holds, in place of those before.</summary>
internal static class SetUserRoles
{
    /// <param name="CustomRoleIds">Null = none.</param>
    public sealed record Request(IReadOnlyList<string> Roles, IReadOnlyList<string>? CustomRoleIds = null);

    public static void Map(IEndpointRouteBuilder users) => users
        .MapPut("/{id}/roles", HandleAsync)
        .WithName("SetUserRoles")
        .WithSummary("Set the roles of a person; nobody gives a role that may do more than they themselves")
        .Requires(Permissions.UsersManage)
        .Audits("user.role_update")
        .Answers<UserView>()
        .ProducesErrors(KernelErrors.Validation, UserErrors.NotFound, UserErrors.Yourself, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<User> id, Body<Request> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var request = body.Value;
        var updated = await db.RetryOnConflictAsync<Result<User>>(async () =>
        {
            if (!(await db.UserToChangeAsync(caller, id, ct)).Succeeded(out var user, out var error))
            {
                return error;
            }

            if (id == caller.UserId)
            {
                return UserErrors.Yourself.With("You cannot change your own roles.");
            }

            var faults = Authority.RoleFaults(caller, request.Roles, user.TenantId).ToList();
            var custom = await UserReach.RolesAsync(db, caller, user.TenantId, request.CustomRoleIds ?? [], faults, ct);
            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var before = UserView.Of(user);
            (user.Roles, user.CustomRoles) = ([.. request.Roles.Distinct()], [.. custom.Select(r => r.Id.Value)]);
            CustomRole.Apply(user, custom);
            auditor.Changed(id.Value, before, UserView.Of(user));
            await db.SaveChangesAsync(ct);
            return user;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(UserView.Of(changed)) : refused.ToResult();
    }
}
