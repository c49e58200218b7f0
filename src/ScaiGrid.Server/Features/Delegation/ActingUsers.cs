using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

/// <summary>
/// Tells as whom a run acts. Of a Core that has a user's identity it is asked anew before each act, so that what is revoked, expired or taken from the
/// user counts at once, also for runs under way and for those that go on after weeks.
/// </summary>
internal sealed class ActingUsers(RunStore store, TimeProvider clock)
{
    /// <param name="caller">Who acts when the Core acts as itself.</param>
    public async ValueTask<Result<Principal>> OfAsync(Run run, Principal caller, CancellationToken ct)
    {
        if (run.ActingAs is not { } acting)
        {
            return caller;
        }

        await using var scope = store.Enter(run.TenantId, out var db);
        var core = await db.Cores.AsNoTracking().Where(c => c.Id == run.CoreId).Select(c => new { c.Delegation }).SingleOrDefaultAsync(ct);
        var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == run.TenantId, ct);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == acting, ct);
        return CoreDelegation.Decide(core?.Delegation, acting, user, tenant, clock.GetUtcNow());
    }
}
