using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access.Oidc;

public sealed class OidcTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new();
    private TestIssuer _issuer = null!;
    private TestServer _server = null!;
    private World _world = null!;
    private TestTenant _acme = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(_clock);
        _server = new(_issuer.Settings(), s => s.AddSingleton<TimeProvider>(_clock));
        _world = new(_server);
        _acme = await _world.NewTenantAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_person_is_created_at_first_sight_in_the_tenant_that_the_token_names(bool bySlug)
    {
        var me = await DataAsync(_issuer.Issue("ada", new()
        {
            ["email"] = "ada@example.test",
            ["name"] = "Ada",
            ["tenant_id"] = bySlug ? _acme.Tenant.Slug.Value : _acme.Tenant.Id.Value,
            ["roles"] = new[] { "tenant_user", "made_up" },
            ["role"] = "tenant_viewer",
        }));

        Assert.StartsWith("usr_", me.Text("id"), StringComparison.Ordinal);
        Assert.Equal(("ada@example.test", "Ada", "oidc", _acme.Tenant.Id.Value), (me.Text("email"), me.Text("name"), me.Text("sign_in"), me.Text("tenant.id")));
        Assert.Equal(["tenant_user", "tenant_viewer"], me.At("roles").EnumerateArray().Select(r => r.GetString()));
        var line = Assert.Single(await _server.WithDbAsync(db => db.AuditLog.Where(l => l.Action == "user.create").ToListAsync()));
        Assert.Equal((_acme.Tenant.Id.Value, me.Text("id")), (line.Stream, line.ResourceId));
    }

    [Fact]
    public async Task First_requests_that_race_create_one_person()
    {
        var token = Token("ada");
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DataAsync(token)));

        Assert.Single(all.Select(me => me.Text("id")).Distinct());
        Assert.Equal(1, await _server.WithDbAsync(db => db.Users.CountAsync(u => u.Subject == "ada")));
    }

    public static TheoryData<string, string> BadTokens() => new()
    {
        { "issuer", "The token is from another issuer." },
        { "audience", "The token is for another audience." },
        { "expired", "The token has expired or is not valid yet." },
        { "early", "The token has expired or is not valid yet." },
        { "no expiry", "The token has expired or is not valid yet." },
        { "foreign key", "The token's signature is not valid." },
        { "tampered", "The token's signature is not valid." },
        { "unknown kid", "The token's signature is not valid." },
        { "unsigned", "The token's type or algorithm is not accepted." },
        { "hmac with the public key", "The token's type or algorithm is not accepted." },
        { "logout token", "The token's type or algorithm is not accepted." },
        { "nobody", "The token names nobody." },
        { "garbage", "The token is neither an API key nor a JWT." },
        { "too long", "The token is unknown, expired or revoked." },
    };

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_token_that_is_not_good_is_refused(string fault, string message)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        using var foreign = RSA.Create(2048);
        var good = Token("ada");
        var parts = good.Split('.');
        var token = fault switch
        {
            "issuer" => Token("ada", t => t.Issuer = "https://elsewhere.test"),
            "audience" => Token("ada", t => t.Audience = "others"),
            "expired" => Token("ada", t => (t.NotBefore, t.Expires) = (now.AddHours(-2), now.AddSeconds(-31))),
            "early" => Token("ada", t => t.NotBefore = now.AddSeconds(31)),
            "no expiry" => Token("ada", t => t.Expires = null),
            "foreign key" => Token("ada", t => t.SigningCredentials = new(new RsaSecurityKey(foreign) { KeyId = "key-1" }, "RS256")),
            "tampered" => $"{parts[0]}.{Token("eve").Split('.')[1]}.{parts[2]}",
            "unknown kid" => Token("ada", t => t.SigningCredentials = new(new RsaSecurityKey(foreign) { KeyId = "key-9" }, "RS256")),
            "unsigned" => Token("ada", t => (t.SigningCredentials, t.TokenType) = (null, "JWT")),
            "hmac with the public key" => Token("ada", t => t.SigningCredentials = new(new SymmetricSecurityKey(foreign.ExportRSAPublicKey()) { KeyId = "key-1" }, "HS256")),
            "logout token" => Token("ada", t => t.TokenType = "logout+jwt"),
            "nobody" => Token("", t => t.Claims.Remove("sub")),
            "garbage" => "abc.def",
            _ => new string('a', OidcTokens.MaxLength + 1),
        };

        using var http = Client(token);
        var error = await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal(message, error.Text("message"));
        Assert.Equal(0, await _server.WithDbAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task A_clock_that_is_a_little_off_is_forgiven_and_expiry_is_noticed_though_the_token_is_known()
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        var token = Token("ada", t => (t.NotBefore, t.Expires) = (now.AddSeconds(20), now.AddMinutes(5)));
        await DataAsync(token);
        _clock.Advance(TimeSpan.FromMinutes(5) + OidcTokens.ClockSkew);

        using var http = Client(token);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task A_tenant_that_is_not_the_persons_is_refused()
    {
        var other = await _world.NewTenantAsync();
        await DataAsync(Token("ada"));

        foreach (var token in new[]
        {
            _issuer.Issue("bob", new() { ["tenant_id"] = "tnt_nowhere" }),
            _issuer.Issue("bob", new() { ["roles"] = "tenant_admin" }),
            _issuer.Issue("ada", new() { ["tenant_id"] = other.Tenant.Id.Value }),
        })
        {
            using var http = Client(token);
            await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Forbidden, "TENANT_UNKNOWN");
        }

        Assert.Equal(1, await _server.WithDbAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task Newer_tokens_refresh_a_person_and_older_ones_do_not()
    {
        await _server.WithDbAsync(async db =>
        {
            db.UserGroups.Add(new() { Id = new("group_ours"), TenantId = _acme.Tenant.Id, Name = "Ours" });
            return await db.SaveChangesAsync();
        });
        var old = Token("ada", t => t.Claims["roles"] = "tenant_viewer");
        await DataAsync(old);
        _clock.Advance(TimeSpan.FromSeconds(10));
        var me = await DataAsync(Token("ada", t =>
        {
            t.Claims["roles"] = "tenant_admin";
            t.Claims["email"] = "new@example.test";
            t.Claims["groups"] = new[] { "group_ours", "group_of_others", "not an id!" };
        }));
        Assert.Equal(("new@example.test", "tenant_admin", "group_ours"), (me.Text("email"), me.At("roles")[0].GetString(), Assert.Single(me.At("groups").EnumerateArray()).GetString()));

        var again = await DataAsync(old);
        Assert.Equal("tenant_admin", again.At("roles")[0].GetString());

        _clock.Advance(TimeSpan.FromSeconds(10));
        var silent = await DataAsync(_issuer.Issue("ada", new() { ["tenant_id"] = _acme.Tenant.Id.Value }));
        Assert.Equal(("tenant_admin", 1), (silent.At("roles")[0].GetString(), silent.At("groups").GetArrayLength()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_suspended_person_or_tenant_stops_at_once(bool person)
    {
        var token = Token("ada");
        await DataAsync(token);
        await _server.WithDbAsync(async db =>
        {
            if (person)
            {
                (await db.Users.SingleAsync(u => u.Subject == "ada")).Status = UserStatus.Suspended;
            }
            else
            {
                (await db.Tenants.SingleAsync()).Status = TenantStatus.Suspended;
            }

            return await db.SaveChangesAsync();
        });

        using var http = Client(token);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task A_super_admin_needs_no_tenant_and_loses_the_platform_with_the_role()
    {
        var me = await DataAsync(_issuer.Issue("root", new() { ["roles"] = "super_admin" }));
        Assert.Equal(JsonValueKind.Null, me.At("tenant").ValueKind);
        _clock.Advance(TimeSpan.FromSeconds(1));

        using var http = Client(_issuer.Issue("root", new() { ["roles"] = "tenant_admin" }));
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task A_new_signing_key_is_found_but_the_issuer_is_not_asked_at_will()
    {
        await DataAsync(Token("ada"));
        Assert.Equal(1, _issuer.Fetches);
        _issuer.AddKey();
        var token = Token("ada");
        using var http = Client(token);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal(1, _issuer.Fetches);

        _clock.Advance(IssuerKeys.MinInterval);
        await DataAsync(token);
        Assert.Equal(2, _issuer.Fetches);
    }

    [Fact]
    public async Task While_the_issuer_is_down_known_keys_serve_and_without_any_the_answer_is_503()
    {
        _issuer.IsDown = true;
        using (var http = Client(Token("ada")))
        {
            var error = await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
            Assert.Equal(10, error.At("retry_after").GetInt32());
        }

        _issuer.IsDown = false;
        _clock.Advance(IssuerKeys.MinInterval);
        await DataAsync(Token("ada"));

        _issuer.IsDown = true;
        _clock.Advance(IssuerKeys.MaxAge);
        await DataAsync(Token("bob"));
    }

    [Fact]
    public async Task Claims_may_have_other_names_and_lie_deeper()
    {
        using var server = new TestServer(
            _issuer.Settings(("Oidc:Claims:Roles", "realm_access.roles"), ("Oidc:Claims:Tenant", "https://example.test/tenant"), ("Oidc:Claims:Subject", "oid")),
            s => s.AddSingleton<TimeProvider>(_clock));
        await using var world = new World(server);
        var tenant = (await world.NewTenantAsync()).Tenant;
        using var http = server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", _issuer.Issue("ignored", new()
        {
            ["oid"] = "ada",
            ["https://example.test/tenant"] = tenant.Slug.Value,
            ["realm_access"] = new Dictionary<string, object> { ["roles"] = new[] { "tenant_admin" } },
        }));

        var me = await http.GetDataAsync("/v1/me");
        Assert.Equal(("tenant_admin", tenant.Id.Value), (me.At("roles")[0].GetString(), me.Text("tenant.id")));
    }

    [Fact]
    public async Task Without_an_issuer_no_token_is_accepted()
    {
        using var server = new TestServer();
        using var http = server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Token("ada"));

        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    private string Token(string subject, Action<SecurityTokenDescriptor>? change = null) =>
        _issuer.Issue(subject, new() { ["tenant_id"] = _acme.Tenant.Id.Value, ["roles"] = "tenant_user" }, change);

    private HttpClient Client(string token)
    {
        var http = _server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return http;
    }

    private async Task<JsonElement> DataAsync(string token)
    {
        using var http = Client(token);
        return await http.GetDataAsync("/v1/me");
    }
}
