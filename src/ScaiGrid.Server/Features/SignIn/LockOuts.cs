using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Something whose failed sign-ins are counted.</summary>
/// <param name="Id">A hash.</param>
/// <param name="Most">So many lock it.</param>
/// <param name="Action">What the audit log calls it when it is locked.</param>
internal readonly record struct LockOut(string Id, int Most, string Action)
{
    public bool IsAccount => Action == "account.lock";
}

/// <summary>Counts failed sign-ins in the database, so that all replicas count together and a restart forgets nothing.</summary>
internal sealed class LockOuts(Db db, ServerOptions options, TimeProvider clock)
{
    /// <summary>Many people may share an address, but no honest crowd mistypes that often.</summary>
    private const int AddressFactor = 10;

    /// <param name="emailKey">Counted whether or not there is such an account, so that a lock tells nobody that there is.</param>
    public LockOut OfAccount(string emailKey) => new(OpaqueToken.HashOf($"account {emailKey}"), options.Oidc.MaxFailedSignIns, "account.lock");

    /// <summary>A client is counted for each address, so that nobody else can lock out a service.</summary>
    public LockOut OfClient(string id, string network) => new(OpaqueToken.HashOf($"client {id} {network}"), options.Oidc.MaxFailedSignIns, "service_client.lock");

    public LockOut OfAddress(string network) => new(OpaqueToken.HashOf($"address {network}"), AddressFactor * options.Oidc.MaxFailedSignIns, "address.lock");

    /// <returns>The refusal, when any of them is locked.</returns>
    public async Task<Error?> FindAsync(IEnumerable<LockOut> counted, CancellationToken ct)
    {
        var ids = counted.Select(c => c.Id).ToList();
        var now = clock.GetUtcNow();
        var until = await db.FailedSignIns.AsNoTracking().Where(f => ids.Contains(f.Id) && f.LockedUntil > now).MaxAsync(f => f.LockedUntil, ct);
        if (until is not { } end)
        {
            return null;
        }

        var minutes = (int)Math.Ceiling((end - now).TotalMinutes);
        var message = string.Create(CultureInfo.InvariantCulture, $"Too many failed attempts. Try again in {minutes} minute{(minutes == 1 ? "" : "s")}.");
        return AccessErrors.RateLimited.With(message) with { RetryAfter = (int)Math.Ceiling((end - now).TotalSeconds) };
    }

    /// <summary>Counts one more for each, when the work is saved.</summary>
    /// <returns>Those that it locks.</returns>
    public async Task<List<LockOut>> AddAsync(IReadOnlyList<LockOut> counted, CancellationToken ct)
    {
        var locked = new List<LockOut>();
        foreach (var one in counted)
        {
            var row = await db.FailedSignIns.SingleOrDefaultAsync(f => f.Id == one.Id, ct) ?? db.Add(new FailedSignIns { Id = one.Id }).Entity;
            if (row.Add(one.Most, options.Oidc.LockOut, clock.GetUtcNow()))
            {
                locked.Add(one);
            }
        }

        return locked;
    }

    /// <summary>What was wrong before is forgotten, when the work is saved.</summary>
    public async Task ForgetAsync(LockOut counted, CancellationToken ct)
    {
        if (await db.FailedSignIns.SingleOrDefaultAsync(f => f.Id == counted.Id, ct) is { } row)
        {
            db.FailedSignIns.Remove(row);
        }
    }
}
