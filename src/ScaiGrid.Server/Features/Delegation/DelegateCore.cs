using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary><c>PUT /cores/{id}/delegation</c>: from now on the Core's runs act as a user, within scopes and for a time, or within others than before.</summary>
internal static class DelegateCore
{
    /// <param name="UserId">An active user of the Core's tenant.</param>
    /// <param name="Scopes">Permissions, at least one, which both the user and the caller have.</param>
    /// <param name="ExpiresAt">In the future; null = until it is revoked.</param>
    public sealed record Request(Id<User> UserId, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt = null);

    public static void Map(IEndpointRouteBuilder delegation) => delegation
        .MapPut("", HandleAsync)
        .WithName("DelegateToCore")
        .WithSummary("Let a Core act as a user")
        .Requires(Permissions.CoreDelegate)
        .Audits("core.delegate")
        .Answers<DelegationView>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.PreconditionFailed, CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Body<Request> body, IfMatch ifMatch, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var delegated = await db.RetryOnConflictAsync<Result<(DelegationView View, int Version)>>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            var now = clock.GetUtcNow();
            var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == body.Value.UserId && u.TenantId == core.TenantId, ct);
            if ((ifMatch.Refuse(core.Version) ?? Refuse(body.Value, user, caller, now)) is { } refused)
            {
                return refused;
            }

            var before = core.Delegation;
            core.Delegation = new(user!.Id, [.. body.Value.Scopes.Distinct().Order(StringComparer.Ordinal)], body.Value.ExpiresAt?.ToUniversalTime(), caller.UserId, now);
            core.Touch(now);
            auditor.Changed(core.Id.Value, before, core.Delegation);
            await db.SaveChangesAsync(ct);
            return (await DelegationView.OfAsync(db, core, core.Delegation, now, ct), core.Version);
        });

        return delegated.Succeeded(out var answer, out var error) ? Reply.Ok(answer.View).WithETag(answer.Version) : error.ToResult();
    }

    /// <summary>Nobody may give away what is not the user's, or not his own.</summary>
    private static Error? Refuse(Request request, User? user, Principal caller, DateTimeOffset now)
    {
        var faults = new List<Fault>();
        if (user is not { Status: UserStatus.Active })
        {
            faults.Add(new("user_id", "is no active user of the Core's tenant"));
        }

        if (request.Scopes.Count == 0)
        {
            faults.Add(new("scopes", "must name at least one permission"));
        }

        var has = user is null ? [] : Roles.PermissionsOf(user.Roles, user.Grants);
        foreach (var (i, scope) in request.Scopes.Index())
        {
            if (!Permissions.All.Contains(scope))
            {
                faults.Add(new($"scopes[{i}]", "is no permission"));
            }
            else if (user is not null && !has.Contains(scope))
            {
                faults.Add(new($"scopes[{i}]", $"is '{scope}', which the user does not have"));
            }
            else if (!caller.May(scope))
            {
                faults.Add(new($"scopes[{i}]", $"is '{scope}', which you do not have yourself"));
            }
        }

        if (request.ExpiresAt <= now)
        {
            faults.Add(new("expires_at", "must be in the future"));
        }

        return faults.Count > 0 ? KernelErrors.Faulty(faults) : null;
    }
}
