using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary>A custom role as admins see it.</summary>
/// <param name="ModulePermissions">Those of modules, such as <c>scaicore:view</c>; the others are core permissions.</param>
internal sealed record CustomRoleView(
    string Id, string TenantId, string Name, string Slug, string? Description, IReadOnlyList<string> CorePermissions, IReadOnlyList<string> ModulePermissions,
    string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private const string Module = "scaicore:";

    public static CustomRoleView Of(CustomRole r) => new(
        r.Id.Value, r.TenantId.Value, r.Name, r.Slug.Value, r.Description, [.. r.Permissions.Where(p => !p.StartsWith(Module, StringComparison.Ordinal))],
        [.. r.Permissions.Where(p => p.StartsWith(Module, StringComparison.Ordinal))], r.CreatedBy, r.CreatedAt, r.UpdatedAt);
}

/// <summary><c>/v1/iam/custom-roles</c>: reading and creating.</summary>
internal static class CustomRoles
{
    /// <param name="CorePermissions">Null = none, as for the next.</param>
    /// <param name="ModulePermissions">Permissions of modules; either list takes any.</param>
    public sealed record Request(string Name, string? Description = null, IReadOnlyList<string>? CorePermissions = null, IReadOnlyList<string>? ModulePermissions = null);

    public static void Map(IEndpointRouteBuilder roles)
    {
        roles.MapGet("", ListAsync)
            .WithName("ListCustomRoles")
            .WithSummary("List your tenant's custom roles, the newest first")
            .Requires(Permissions.UsersManage)
            .AnswersPage<CustomRoleView>()
            .ProducesErrors(KernelErrors.Validation);
        roles.MapGet("/{id}", GetAsync)
            .WithName("GetCustomRole")
            .WithSummary("Get a custom role")
            .Requires(Permissions.UsersManage)
            .Answers<CustomRoleView>()
            .ProducesErrors(UserErrors.RoleNotFound);
        roles.MapPost("", CreateAsync)
            .WithName("CreateCustomRole")
            .WithSummary("Create a custom role of permissions that you hold")
            .Requires(Permissions.UsersManage)
            .Audits("custom_role.create")
            .Answers<CustomRoleView>(StatusCodes.Status201Created)
            .ProducesErrors(KernelErrors.Validation, KernelErrors.SlugConflict, AccessErrors.TenantRequired);
    }

    public static Error NotFound(Id<CustomRole> id) => UserErrors.RoleNotFound.With($"There is no custom role '{id}'.");

    public static List<Fault> Check(Principal caller, string? name, string? description, IReadOnlyList<string>? core, IReadOnlyList<string>? module)
    {
        List<Fault> faults = [.. Authority.PermissionFaults(caller, "core_permissions", core ?? []), .. Authority.PermissionFaults(caller, "module_permissions", module ?? [])];
        if (name is not null && (name.Trim().Length is 0 or > 200 || !Kernel.Slug.TryMake(name, out _)))
        {
            faults.Add(new("name", "must have 1 to 200 characters, letters or digits among them"));
        }

        if (description?.Length > 2000)
        {
            faults.Add(new("description", "must have at most 2000 characters"));
        }

        return faults;
    }

    public static List<string> Both(IReadOnlyList<string>? core, IReadOnlyList<string>? module) => [.. (core ?? []).Concat(module ?? []).Distinct().Order(StringComparer.Ordinal)];

    private static async Task<IResult> ListAsync(Paging paging, Db db, CancellationToken ct)
    {
        var roles = db.CustomRoles.AsNoTracking();
        if (paging.After is { } after)
        {
            var last = new Id<CustomRole>(after);
            roles = roles.Where(r => r.Id < last);
        }

        var page = await roles.OrderByDescending(r => r.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, r => r.Id.Value, CustomRoleView.Of));
    }

    private static async Task<IResult> GetAsync(Id<CustomRole> id, Db db, CancellationToken ct) =>
        await db.CustomRoles.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) is { } role ? Reply.Ok(CustomRoleView.Of(role)) : NotFound(id).ToResult();

    private static async Task<IResult> CreateAsync(Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (caller.TenantId is not { } tenant)
        {
            return AccessErrors.TenantRequired.With($"Name a tenant with {Authenticator.TenantHeader}.").ToResult();
        }

        if (Check(caller, request.Name, request.Description, request.CorePermissions, request.ModulePermissions) is { Count: > 0 } faults)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        Kernel.Slug.TryMake(request.Name, out var slug);
        var now = clock.GetUtcNow();
        var created = await db.RetryOnConflictAsync<Result<CustomRole>>(async () =>
        {
            if (await db.CustomRoles.AnyAsync(r => r.TenantId == tenant && r.Slug == slug, ct))
            {
                return KernelErrors.SlugConflict.With($"The tenant has a custom role '{slug}' already.");
            }

            var role = new CustomRole
            {
                Id = ids.New<CustomRole>(),
                TenantId = tenant,
                Name = request.Name.Trim(),
                Slug = slug,
                Description = request.Description,
                Permissions = Both(request.CorePermissions, request.ModulePermissions),
                CreatedBy = caller.UserId.Value,
                CreatedAt = now,
                UpdatedAt = now,
            };
            db.Add(role);
            auditor.Changed(role.Id.Value, null, CustomRoleView.Of(role));
            await db.SaveChangesAsync(ct);
            return role;
        });
        return created.Succeeded(out var made, out var error) ? Reply.Created(CustomRoleView.Of(made)) : error.ToResult();
    }
}
