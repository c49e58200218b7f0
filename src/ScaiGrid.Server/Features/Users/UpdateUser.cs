using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Users;

/// <summary><c>PUT /v1/users/{id}</c>: changes what the body names.</summary>
internal static class UpdateUser
{
    /// <param name="Status"><c>suspended</c> stops the person's keys and tokens at once; <c>active</c> lets them work again.</param>
    /// <param name="Password">A new one, which ends what the old one opened.</param>
    /// <param name="RateLimit">Requests in 60 seconds; 0 = unlimited.</param>
    public sealed record Request(string? Email = null, string? Name = null, UserStatus? Status = null, string? Password = null, int? RateLimit = null);

    public static void Map(IEndpointRouteBuilder users) => users
        .MapPut("/{id}", HandleAsync)
        .WithName("UpdateUser")
        .WithSummary("Change a person's name, email, status, password or rate limit")
        .Requires(Permissions.UsersManage)
        .Audits("user.update")
        .Answers<UserView>()
        .ProducesErrors(KernelErrors.Validation, UserErrors.NotFound, UserErrors.EmailTaken, UserErrors.Yourself, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Id<User> id, Body<Request> body, Principal caller, Db db, Auditor auditor, CancellationToken ct)
    {
        var request = body.Value;
        var faults = new List<Fault>();
        UserSettings.Check(request.Email, request.Name, request.Password, request.RateLimit, faults);
        if (request.Status == UserStatus.Deleted)
        {
            faults.Add(new("status", "must be active or suspended; delete the user with DELETE"));
        }

        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        var hash = request.Password is null ? null : Passwords.HashOf(request.Password);
        var updated = await db.RetryOnConflictAsync<Result<User>>(async () =>
        {
            if (!(await db.UserToChangeAsync(caller, id, ct)).Succeeded(out var user, out var error))
            {
                return error;
            }

            if (id == caller.UserId && request.Status == UserStatus.Suspended)
            {
                return UserErrors.Yourself.With("You cannot suspend yourself.");
            }

            var before = UserView.Of(user);
            (user.Email, user.Name) = (request.Email ?? user.Email, request.Name?.Trim() ?? user.Name);
            (user.Status, user.PasswordHash, user.RateLimit) = (request.Status ?? user.Status, hash ?? user.PasswordHash, request.RateLimit ?? user.RateLimit);
            if (request.Email is not null && await CreateUser.IsTakenAsync(db, user, ct))
            {
                return UserErrors.EmailTaken.With("Another user of the tenant has that email address.");
            }

            auditor.Changed(id.Value, before, UserView.Of(user));
            await db.SaveChangesAsync(ct);
            return user;
        });
        return updated.Succeeded(out var changed, out var refused) ? Reply.Ok(UserView.Of(changed)) : refused.ToResult();
    }
}
