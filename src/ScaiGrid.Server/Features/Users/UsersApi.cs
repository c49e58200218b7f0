using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>/v1/users</c>, <c>/v1/groups</c> and <c>/v1/iam/custom-roles</c>: the people of a tenant and what they may.</summary>
internal static class UsersApi
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/v1/users").WithTags("Users").AddEndpointFilter<Refusals>();
        users.MapGet("", ListAsync)
            .WithName("ListUsers")
            .WithSummary("List the people of your tenant, the newest first")
            .Requires(Permissions.UsersManage)
            .AnswersPage<UserView>()
            .ProducesErrors(KernelErrors.Validation);
        users.MapGet("/{id}", GetAsync)
            .WithName("GetUser")
            .WithSummary("Get a person: yourself or, with users:manage, one of your tenant")
            .RequiresSignIn()
            .Answers<UserView>()
            .ProducesErrors(UserErrors.NotFound);
        CreateUser.Map(users);
        UpdateUser.Map(users);
        SetUserRoles.Map(users);
        UserPermissions.Map(users);
        DeleteUser.Map(users);

        var groups = routes.MapGroup("/v1/groups").WithTags("Users").AddEndpointFilter<Refusals>();
        UserGroups.Map(groups);
        GroupMembership.Map(groups);

        var roles = routes.MapGroup("/v1/iam/custom-roles").WithTags("Users").AddEndpointFilter<Refusals>();
        CustomRoles.Map(roles);
        ChangeCustomRole.Map(roles);
    }

    private static async Task<IResult> ListAsync(Paging paging, Choice<UserStatus> status, Principal caller, Db db, CancellationToken ct)
    {
        var users = db.Users.AsNoTracking().Reach(caller);
        users = status.Value is { } wanted ? users.Where(u => u.Status == wanted) : users;
        if (paging.After is { } after)
        {
            var last = new Id<User>(after);
            users = users.Where(u => u.Id < last);
        }

        var page = await users.OrderByDescending(u => u.Id).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, u => u.Id.Value, UserView.Of));
    }

    private static async Task<IResult> GetAsync(Id<User> id, Principal caller, Db db, CancellationToken ct)
    {
        var user = id == caller.UserId
            ? await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, ct)
            : caller.May(Permissions.UsersManage) ? await db.Users.AsNoTracking().Reach(caller).SingleOrDefaultAsync(u => u.Id == id, ct) : null;
        return user is null ? UserReach.NotFound(id).ToResult() : Reply.Ok(UserView.Of(user));
    }
}
