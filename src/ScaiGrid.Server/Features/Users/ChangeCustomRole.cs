using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>PUT</c> and <c>DELETE /v1/iam/custom-roles/{id}</c>: whoever holds the role may from then on what it says.</summary>
internal static class ChangeCustomRole
{
    /// <param name="CorePermissions">With either list given, both replace what was there.</param>
    public sealed record Request(string? Name = null, string? Description = null, IReadOnlyList<string>? CorePermissions = null, IReadOnlyList<string>? ModulePermissions = null);

    public static void Map(IEndpointRouteBuilder roles)
    {
        roles.MapPut("/{id}", UpdateAsync)
            .WithName("UpdateCustomRole")
            .WithSummary("Change a custom role, for everybody who holds it")
            .Requires(Permissions.UsersManage)
            .Audits("custom_role.update")
            .Answers<CustomRoleView>()
            .ProducesErrors(KernelErrors.Validation, UserErrors.RoleNotFound, AccessErrors.PermissionDenied);
        roles.MapDelete("/{id}", DeleteAsync)
            .WithName("DeleteCustomRole")
            .WithSummary("Delete a custom role; nobody holds it any more")
            .Requires(Permissions.UsersManage)
            .Audits("custom_role.delete")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(UserErrors.RoleNotFound, AccessErrors.PermissionDenied);
    }

    private static async Task<IResult> UpdateAsync(Id<CustomRole> id, Body<Request> body, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (CustomRoles.Check(caller, request.Name, request.Description, request.CorePermissions, request.ModulePermissions) is { Count: > 0 } faults)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var updated = await db.RetryOnConflictAsync<Result<CustomRole>>(async () =>
        {
            if (!(await FindAsync(db, caller, id, ct)).Succeeded(out var role, out var error))
            {
                return error;
            }

            var before = CustomRoleView.Of(role);
            (role.Name, role.Description, role.UpdatedAt) = (request.Name?.Trim() ?? role.Name, request.Description ?? role.Description, clock.GetUtcNow());
            if (request.CorePermissions is not null || request.ModulePermissions is not null)
            {
                role.Permissions = CustomRoles.Both(request.CorePermissions, request.ModulePermissions);
                await ApplyAsync(db, role, isGone: false, ct);
            }

            auditor.Changed(id.Value, before, CustomRoleView.Of(role));
            await db.SaveChangesAsync(ct);
            return role;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(CustomRoleView.Of(changed)) : refused.ToResult();
    }

    private static async Task<IResult> DeleteAsync(Id<CustomRole> id, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (!(await FindAsync(db, caller, id, ct)).Succeeded(out var role, out var error))
            {
                return error;
            }

            await ApplyAsync(db, role, isGone: true, ct);
            db.Remove(role);
            auditor.Changed(id.Value, CustomRoleView.Of(role), null);
            await db.SaveChangesAsync(ct);
            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }

    /// <summary>A role that may more than the caller is not the caller's to change.</summary>
    private static async Task<Result<CustomRole>> FindAsync(Db db, Principal caller, Id<CustomRole> id, CancellationToken ct) =>
        await db.CustomRoles.SingleOrDefaultAsync(r => r.Id == id, ct) is not { } role ? CustomRoles.NotFound(id)
        : !caller.Permissions.IsSupersetOf(role.Permissions) ? AccessErrors.PermissionDenied.With("That role may do more than you.")
        : role;

    private static async Task ApplyAsync(Db db, CustomRole role, bool isGone, CancellationToken ct)
    {
        var holders = await db.Users.Where(u => u.TenantId == role.TenantId && u.CustomRoles.Contains(role.Id.Value)).ToListAsync(ct);
        var roles = await db.CustomRoles.Where(r => r.TenantId == role.TenantId).ToListAsync(ct);
        foreach (var user in holders)
        {
            user.CustomRoles = isGone ? [.. user.CustomRoles.Where(r => r != role.Id.Value)] : user.CustomRoles;
            CustomRole.Apply(user, roles);
        }
    }
}
