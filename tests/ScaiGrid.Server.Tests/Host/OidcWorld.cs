using System.Net.Http.Headers;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Access.Oidc;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>One server that all tests share whose people must sign in through an OpenID provider. As in <see cref="World"/>, each test has tenants of its own.</summary>
public sealed class OidcWorld : IAsyncLifetime
{
    private static readonly IdSource Ids = new(TimeProvider.System);

    private readonly Dictionary<string, string?> _settings;
    private readonly Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? _services;
    private TestIssuer _issuer = null!;

    public OidcWorld() : this([])
    {
    }

    /// <summary>A server of one's own.</summary>
    internal OidcWorld(Dictionary<string, string?> settings, Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? services = null) =>
        (_settings, _services) = (settings, services);

    internal World World { get; private set; } = null!;

    internal TestServer Server => World.Server;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(TimeProvider.System);
        World = new(new TestServer(_issuer.Settings([.. _settings.Select(s => (s.Key, s.Value!))]), _services));
        await World.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    internal Task<TestTenant> NewTenantAsync() => World.NewTenantAsync();

    /// <summary>A fresh person of the tenant who has signed in.</summary>
    internal async Task<OidcCaller> NewPersonAsync(TestTenant? tenant, string[] roles, string[]? groups = null, string[]? permissions = null)
    {
        var subject = Ids.New("subject");
        var claims = new Dictionary<string, object> { ["email"] = $"{subject}@example.test", ["roles"] = roles, ["groups"] = groups ?? [] };
        if (tenant is not null)
        {
            claims["tenant_id"] = tenant.Tenant.Id.Value;
        }

        var http = Server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _issuer.Issue(subject, claims));
        var id = (await http.GetDataAsync("/v1/me")).Text("id")!;
        if (permissions is not null)
        {
            await Server.WithDbAsync(async db =>
            {
                (await db.Users.FindAsync(new Id<User>(id)))!.Permissions = [.. permissions];
                return await db.SaveChangesAsync();
            });
        }

        return new(http, id);
    }

    /// <summary>A person without a role who may read and write flows where they are let.</summary>
    internal Task<OidcCaller> NewAuthorAsync(TestTenant tenant, params string[] groups) =>
        NewPersonAsync(tenant, [], groups, [Permissions.CoreView, Permissions.CoreManage]);

    internal async Task<string> NewUserGroupAsync(TestTenant tenant)
    {
        var group = new UserGroup { Id = Ids.New<UserGroup>(), TenantId = tenant.Tenant.Id, Name = "Group" };
        await Server.WithDbAsync(db =>
        {
            db.UserGroups.Add(group);
            return db.SaveChangesAsync();
        });
        return group.Id.Value;
    }
}

/// <summary>A person who signed in, and the client that has their token.</summary>
internal sealed record OidcCaller(HttpClient Http, string Id);
