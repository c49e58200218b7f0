using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>
/// Checks passwords. Unknown accounts and wrong passwords get the same answer for the same work; many of either lock the account and the
/// address for a while, on every replica.
/// </summary>
internal sealed class PasswordSignIn(Db db, LockOuts lockOuts, PasswordWork work, SignInAudit audit)
{
    public const string Wrong = "The email or the password is wrong.";

    /// <summary>One person may have accounts in a few tenants; more than these are not tried.</summary>
    private const int MaxAccounts = 4;

    /// <summary>What an unknown account's password is compared with.</summary>
    private static readonly Lazy<string> Nobodys = new(() => Passwords.HashOf(OpaqueToken.Make()));

    /// <summary>What somebody types to say who they are: an email, where need be after a tenant and a slash.</summary>
    internal readonly record struct Login(string? Tenant, string EmailKey)
    {
        public static Login Parse(string typed)
        {
            var text = typed.Trim().ToLowerInvariant();
            var slash = text.IndexOf('/');
            return slash < 0 ? new(null, text) : new(text[..slash], text[(slash + 1)..]);
        }
    }

    public async Task<Result<Account>> CheckAsync(string typed, string password, HttpContext context)
    {
        using var turn = await work.BeginAsync(context.RequestAborted);
        if (turn is null)
        {
            return KernelErrors.Unavailable.With("Too many people are signing in just now; try again in a moment.") with { RetryAfter = 2 };
        }

        var login = Login.Parse(typed);
        LockOut[] counted = [lockOuts.OfAccount(login.EmailKey), lockOuts.OfAddress(RateLimits.NetworkOf(context.Connection.RemoteIpAddress))];
        if (await lockOuts.FindAsync(counted, context.RequestAborted) is { } locked)
        {
            return locked;
        }

        var accounts = await AccountsAsync(login, context.RequestAborted);
        var hashes = accounts.Count == 0 ? [Nobodys.Value] : accounts.Select(u => u.PasswordHash);
        var matching = password.Length > Passwords.MaxLength ? [] : hashes.Select(h => Passwords.Matches(h, password)).ToArray().Zip(accounts).Where(m => m.First).Select(m => m.Second).ToList();
        if (matching.Count > 1)
        {
            return KernelErrors.Validation.With("This email has accounts in several tenants: write the tenant before it, as in acme/you@example.com.");
        }

        if (matching is [var user] && await Account.OfAsync(db, user, context.RequestAborted) is { } account)
        {
            await lockOuts.ForgetAsync(counted[0], context.RequestAborted);
            return account;
        }

        return await FailAsync(accounts.FirstOrDefault(), counted, context.RequestAborted);
    }

    private async Task<Error> FailAsync(User? user, LockOut[] counted, CancellationToken ct)
    {
        await db.RetryOnConflictAsync(async () =>
        {
            audit.Write("session.create", user, null, "WRONG_PASSWORD");
            foreach (var locked in await lockOuts.AddAsync(counted, ct))
            {
                audit.Write(locked.Action, locked.IsAccount ? user : null, null, "LOCKED");
            }

            return await db.SaveChangesAsync(ct);
        });
        return KernelErrors.Validation.With(Wrong);
    }

    private async Task<List<User>> AccountsAsync(Login login, CancellationToken ct)
    {
        var found = await db.Users.AsNoTracking().Where(u => u.EmailKey == login.EmailKey && u.PasswordHash != null)
            .GroupJoin(db.Tenants, u => u.TenantId, t => t.Id, (u, t) => new { User = u, Tenants = t })
            .SelectMany(x => x.Tenants.DefaultIfEmpty(), (x, t) => new { x.User, Tenant = t })
            .OrderBy(x => x.User.Id).ToListAsync(ct);
        return [.. found.Where(x => login.Tenant is null || x.Tenant?.Slug.Value == login.Tenant || x.Tenant?.Id.Value == login.Tenant).Take(MaxAccounts).Select(x => x.User)];
    }
}

/// <summary>Lets only a few passwords be checked at once: each costs tens of milliseconds of a processor, on purpose.</summary>
internal sealed class PasswordWork : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim _turns = new(Math.Max(2, Environment.ProcessorCount));

    /// <returns>Null when too many others wait.</returns>
    public async Task<IDisposable?> BeginAsync(CancellationToken ct) => await _turns.WaitAsync(Patience, ct) ? new Turn(_turns) : null;

    public void Dispose() => _turns.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
