using System.Net.Http.Headers;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>
/// One server that all API tests share. Each test makes partners and tenants of its own, so tests run beside each other as
/// strangers do, and every test is also a test of isolation.
/// </summary>
public sealed class World : IAsyncLifetime
{
    private int _count;

    private readonly TestServer _server;

    public World() => _server = new();

    /// <summary>People and tenants on a server of one's own.</summary>
    internal World(TestServer server) => _server = server;

    internal TestServer Server => _server;

    public async ValueTask InitializeAsync() => await Server.WithDbAsync(db => db.Database.CanConnectAsync());

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <summary>A fresh tenant, in the partner given or in one of its own.</summary>
    internal async Task<TestTenant> NewTenantAsync(Partner? partner = null)
    {
        var n = Interlocked.Increment(ref _count);
        return await Server.WithDbAsync(async db =>
        {
            if (partner is null)
            {
                partner = new() { Id = new($"prt_{n}"), Slug = new($"partner-{n}"), Name = $"Partner {n}" };
                db.Partners.Add(partner);
            }

            var tenant = new Tenant { Id = new($"tnt_{n}"), PartnerId = partner.Id, Slug = new($"tenant-{n}"), Name = $"Tenant {n}" };
            db.Tenants.Add(tenant);
            await db.SaveChangesAsync();
            return new TestTenant(this, partner, tenant);
        });
    }

    /// <summary>A client with a fresh key of a fresh user.</summary>
    /// <param name="tenant">Null for a super admin of the platform.</param>
    internal async Task<TestCaller> NewCallerAsync(Tenant? tenant, string[] roles, string[]? permissions = null, Action<ApiKey>? key = null, Action<User>? user = null)
    {
        var n = Interlocked.Increment(ref _count);
        var secret = ApiKeySecret.Make();
        var person = new User
        {
            Id = new($"usr_{n}"),
            TenantId = tenant?.Id,
            Email = $"person-{n}@example.test",
            Name = $"Person {n}",
            Roles = [.. roles],
            Permissions = [.. permissions ?? []],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        user?.Invoke(person);
        var row = new ApiKey
        {
            Id = new($"key_{n}"),
            UserId = person.Id,
            TenantId = tenant?.Id,
            Name = "test",
            Hash = ApiKeySecret.HashOf(secret),
            Hint = secret[..8],
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        key?.Invoke(row);
        await Server.WithDbAsync(async db =>
        {
            db.Users.Add(person);
            db.ApiKeys.Add(row);
            return await db.SaveChangesAsync();
        });
        var http = Server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return new(http, person, row, secret);
    }
}

/// <summary>A person with a key, and the client that uses it.</summary>
internal sealed record TestCaller(HttpClient Http, User User, ApiKey Key, string Secret);

internal sealed record TestTenant(World World, Partner Partner, Tenant Tenant)
{
    /// <summary>A client of a fresh person of this tenant.</summary>
    public async Task<HttpClient> AsAsync(string role, params string[] permissions) =>
        (await World.NewCallerAsync(Tenant, role.Length == 0 ? [] : [role], permissions)).Http;

    public Task<HttpClient> AsAdminAsync() => AsAsync(Roles.TenantAdmin);
}
