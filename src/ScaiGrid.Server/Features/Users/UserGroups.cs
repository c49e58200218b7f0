using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>/v1/groups</c>: people of a tenant who are addressed together.</summary>
internal static class UserGroups
{
    public sealed record Request(string Name);

    public sealed record View(string Id, string TenantId, string Name)
    {
        public static View Of(UserGroup g) => new(g.Id.Value, g.TenantId.Value, g.Name);
    }

    /// <param name="Members">Those who are in it, by email; the first thousand.</param>
    public sealed record Details(string Id, string TenantId, string Name, IReadOnlyList<Member> Members);

    public sealed record Member(string Id, string Email, string Name);

    private const int MostMembers = 1000;

    public static void Map(IEndpointRouteBuilder groups)
    {
        groups.MapGet("", ListAsync)
            .WithName("ListUserGroups")
            .WithSummary("List your tenant's groups of users, the newest first")
            .Requires(Permissions.UsersManage)
            .AnswersPage<View>()
            .ProducesErrors(KernelErrors.Validation);
        groups.MapGet("/{id}", GetAsync)
            .WithName("GetUserGroup")
            .WithSummary("Get a group of users and who is in it")
            .Requires(Permissions.UsersManage)
            .Answers<Details>()
            .ProducesErrors(UserErrors.GroupNotFound);
        groups.MapPost("", CreateAsync)
            .WithName("CreateUserGroup")
            .WithSummary("Create a group of users")
            .Requires(Permissions.UsersManage)
            .Audits("group.create")
            .Answers<View>(StatusCodes.Status201Created)
            .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);
        groups.MapPut("/{id}", RenameAsync)
            .WithName("UpdateUserGroup")
            .WithSummary("Rename a group of users")
            .Requires(Permissions.UsersManage)
            .Audits("group.update")
            .Answers<View>()
            .ProducesErrors(KernelErrors.Validation, UserErrors.GroupNotFound);
        groups.MapDelete("/{id}", DeleteAsync)
            .WithName("DeleteUserGroup")
            .WithSummary("Delete a group of users; nobody is in it any more")
            .Requires(Permissions.UsersManage)
            .Audits("group.delete")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesErrors(UserErrors.GroupNotFound);
    }

    public static IQueryable<UserGroup> Reach(this IQueryable<UserGroup> groups, Principal caller)
    {
        var tenant = caller.TenantId;
        return tenant is null && caller.IsSuperAdmin ? groups : groups.Where(g => g.TenantId == tenant);
    }

    public static async Task<Result<UserGroup>> GroupAsync(Db db, Principal caller, Id<UserGroup> id, CancellationToken ct) =>
        await db.UserGroups.Reach(caller).SingleOrDefaultAsync(g => g.Id == id, ct) is { } group ? group : UserErrors.GroupNotFound.With($"There is no group '{id}'.");

    private static async Task<IResult> ListAsync(Paging paging, Principal caller, Db db, CancellationToken ct)
    {
        var groups = db.UserGroups.AsNoTracking().Reach(caller);
        if (paging.After is { } after)
        {
            var last = new Id<UserGroup>(after);
            groups = groups.Where(g => g.Id < last);
        }

        var page = await groups.OrderByDescending(g => g.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, g => g.Id.Value, View.Of));
    }

    private static async Task<IResult> GetAsync(Id<UserGroup> id, Principal caller, Db db, CancellationToken ct)
    {
        if (!(await GroupAsync(db, caller, id, ct)).Succeeded(out var group, out var error))
        {
            return error.ToResult();
        }

        var members = await db.Users.AsNoTracking().Where(u => u.TenantId == group.TenantId && u.Groups.Contains(id.Value)).OrderBy(u => u.EmailKey).Take(MostMembers).ToListAsync(ct);
        return Reply.Ok(new Details(group.Id.Value, group.TenantId.Value, group.Name, members.ConvertAll(u => new Member(u.Id.Value, u.Email, u.Name))));
    }

    private static async Task<IResult> CreateAsync(Body<Request> body, Principal caller, Db db, Auditor auditor, IdSource ids, CancellationToken ct)
    {
        if (caller.TenantId is not { } tenant)
        {
            return AccessErrors.TenantRequired.With($"Name a tenant with {Authenticator.TenantHeader}.").ToResult();
        }

        if (Fault(body.Value) is { } fault)
        {
            return fault.ToResult();
        }

        var group = new UserGroup { Id = ids.New<UserGroup>(), TenantId = tenant, Name = body.Value.Name.Trim() };
        db.Add(group);
        auditor.Changed(group.Id.Value, null, View.Of(group));
        await db.SaveChangesAsync(ct);
        return Reply.Created(View.Of(group));
    }

    private static async Task<IResult> RenameAsync(Id<UserGroup> id, Body<Request> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        if (Fault(body.Value) is { } fault)
        {
            return fault.ToResult();
        }

        if (!(await GroupAsync(db, caller, id, ct)).Succeeded(out var group, out var error))
        {
            return error.ToResult();
        }

        var before = View.Of(group);
        group.Name = body.Value.Name.Trim();
        auditor.Changed(id.Value, before, View.Of(group));
        await db.SaveChangesAsync(ct);
        return Reply.Ok(View.Of(group));
    }

    private static async Task<IResult> DeleteAsync(Id<UserGroup> id, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (!(await GroupAsync(db, caller, id, ct)).Succeeded(out var group, out var error))
            {
                return error;
            }

            foreach (var user in await db.Users.Where(u => u.TenantId == group.TenantId && u.Groups.Contains(id.Value)).ToListAsync(ct))
            {
                user.Groups = [.. user.Groups.Where(g => g != id.Value)];
            }

            db.Remove(group);
            auditor.Changed(id.Value, View.Of(group), null);
            await db.SaveChangesAsync(ct);
            return null;
        });
        return refused is null ? Reply.NoContent() : refused.ToResult();
    }

    private static Error? Fault(Request request) => request.Name.Trim().Length is 0 or > 200 ? KernelErrors.Validation.At("name", "must have 1 to 200 characters") : null;
}
