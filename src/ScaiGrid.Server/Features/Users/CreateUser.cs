using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>POST /v1/users</c>: a person of the caller's tenant, or a service that acts as one.</summary>
internal static class CreateUser
{
    /// <param name="Roles">Built-in roles; null = <c>tenant_user</c>.</param>
    /// <param name="CustomRoleIds">Custom roles of the tenant; null = none, as for the next two.</param>
    /// <param name="Permissions">Granted directly.</param>
    /// <param name="Groups">Ids of groups of the tenant.</param>
    /// <param name="Password">For the server's own sign-in; null = none, such as for a service that has keys only.</param>
    /// <param name="RateLimit">Requests in 60 seconds; null = the server's default, 0 = unlimited.</param>
    public sealed record Request(
        string Email, string Name, IReadOnlyList<string>? Roles = null, IReadOnlyList<string>? CustomRoleIds = null, IReadOnlyList<string>? Permissions = null,
        IReadOnlyList<string>? Groups = null, string? Password = null, int? RateLimit = null);

    public static void Map(IEndpointRouteBuilder users) => users
        .MapPost("", HandleAsync)
        .WithName("CreateUser")
        .WithSummary("Create a person of your tenant, who may at most what you may")
        .Requires(Access.Permissions.UsersManage)
        .Audits("user.create")
        .Answers<UserView>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, UserErrors.EmailTaken);

    private static async Task<IResult> HandleAsync(Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        var hash = request.Password is { Length: >= Passwords.MinLength and <= Passwords.MaxLength } password ? Passwords.HashOf(password) : null;
        var created = await db.RetryOnConflictAsync<Result<User>>(async () =>
        {
            var faults = new List<Fault>();
            UserSettings.Check(request.Email, request.Name, request.Password, request.RateLimit, faults);
            IReadOnlyList<string> roles = request.Roles ?? [Roles.TenantUser], permissions = request.Permissions ?? [];
            faults.AddRange(Authority.RoleFaults(caller, roles, caller.TenantId));
            faults.AddRange(Authority.PermissionFaults(caller, "permissions", permissions));
            var custom = await UserReach.RolesAsync(db, caller, caller.TenantId, request.CustomRoleIds ?? [], faults, ct);
            var groups = await UserReach.GroupsAsync(db, caller.TenantId, request.Groups ?? [], faults, ct);
            if (caller.TenantId is null && !roles.Contains(Roles.SuperAdmin))
            {
                faults.Add(new("roles", $"must name {Roles.SuperAdmin} for a person of the platform; name a tenant with {Authenticator.TenantHeader} for others"));
            }

            if (faults.Count > 0)
            {
                return KernelErrors.Faulty(faults);
            }

            var user = new User
            {
                Id = ids.New<User>(),
                TenantId = caller.TenantId,
                Email = request.Email,
                Name = request.Name.Trim(),
                Roles = [.. roles.Distinct()],
                CustomRoles = [.. custom.Select(r => r.Id.Value)],
                Permissions = [.. permissions.Distinct().Order(StringComparer.Ordinal)],
                Groups = groups,
                PasswordHash = hash,
                RateLimit = request.RateLimit,
                CreatedAt = clock.GetUtcNow(),
            };
            CustomRole.Apply(user, custom);
            if (await IsTakenAsync(db, user, ct))
            {
                return UserErrors.EmailTaken.With("Another user of the tenant has that email address.");
            }

            db.Add(user);
            auditor.Changed(user.Id.Value, null, UserView.Of(user));
            await db.SaveChangesAsync(ct);
            return user;
        });
        return created.Succeeded(out var made, out var error) ? Reply.Created(UserView.Of(made)) : error.ToResult();
    }

    public static Task<bool> IsTakenAsync(Db db, User user, CancellationToken ct) =>
        db.Users.AnyAsync(u => u.TenantId == user.TenantId && u.EmailKey == user.EmailKey && u.Id != user.Id && u.Status != UserStatus.Deleted, ct);
}
