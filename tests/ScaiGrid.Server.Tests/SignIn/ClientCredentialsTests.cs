using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

public sealed class ClientCredentialsTests(World world) : IAsyncLifetime
{
    private const string Secret = "a secret: of 100 % + more";

    private static int s_count;

    private readonly string _id = $"bot-{Interlocked.Increment(ref s_count)}";
    private TestTenant _acme = null!;

    public async ValueTask InitializeAsync()
    {
        _acme = await world.NewTenantAsync();
        await world.Server.WithDbAsync(async db =>
        {
            db.ServiceClients.Add(new() { Id = new(_id), TenantId = _acme.Tenant.Id, SecretHash = Passwords.HashOf(Secret), Roles = [Roles.TenantViewer], Permissions = [Permissions.ModelsUse] });
            return await db.SaveChangesAsync();
        });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_program_signs_in_with_its_own_secret_and_acts_in_its_tenant(bool basic)
    {
        var (status, tokens) = await AskAsync(_id, Secret, basic);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(tokens.TryGetProperty("refresh_token", out _));

        using var http = world.Server.ClientWith(tokens.Text("access_token")!);
        var me = await http.GetDataAsync("/v1/me");

        Assert.Equal((_id, _acme.Tenant.Id.Value, "oidc"), (me.Text("id"), me.Text("tenant.id"), me.Text("sign_in")));
        var may = me.At("permissions").EnumerateArray().Select(p => p.GetString()).ToList();
        Assert.Contains(Permissions.ModelsUse, may);
        Assert.Contains(Permissions.CoreView, may);
        Assert.DoesNotContain(Permissions.CoreManage, may);
        var line = await world.Server.WithDbAsync(db => db.AuditLog.SingleAsync(l => l.Stream == _acme.Tenant.Id.Value && l.Action == "service_client.sign_in"));
        Assert.Equal((_id, "service", "SUCCESS"), (line.ActorId, line.ActorType, line.Status));
    }

    [Fact]
    public async Task What_the_program_may_is_read_anew_when_it_changes()
    {
        using var http = world.Server.ClientWith((await AskAsync(_id, Secret, true)).Body.Text("access_token")!);
        await http.GetDataAsync("/v1/me");
        await world.Server.WithDbAsync(async db =>
        {
            (await db.ServiceClients.SingleAsync(c => c.Id == new Id<ServiceClient>(_id))).Roles = [Roles.TenantAdmin];
            return await db.SaveChangesAsync();
        });
        Assert.Contains("tenant_admin", (await http.GetDataAsync("/v1/me")).At("roles").ToString(), StringComparison.Ordinal);

        await world.Server.WithDbAsync(db => db.ServiceClients.Where(c => c.Id == new Id<ServiceClient>(_id)).ExecuteDeleteAsync());
        await world.Server.ChangeAsync(await world.NewPersonAsync(_acme.Tenant), u => u.Name = "anything that makes the caches stale");
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_unknown_program_and_a_wrong_secret_get_the_same_answer(bool known)
    {
        using var browser = new Browser(world.Server);
        using var request = Request(known ? _id : "nobody", "something else", basic: true);
        using var response = await browser.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        Assert.Equal("""{"error":"invalid_client","error_description":"The client is unknown, or its secret is wrong."}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_suspended_tenants_program_gets_nothing()
    {
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.SingleAsync(t => t.Id == _acme.Tenant.Id)).Status = TenantStatus.Suspended;
            return await db.SaveChangesAsync();
        });

        Assert.Equal("invalid_client", (await AskAsync(_id, Secret, true)).Body.Text("error"));
    }

    [Theory]
    [InlineData("Bearer abc", "invalid_client")]
    [InlineData("Basic !!!", "invalid_client")]
    [InlineData("Basic YWJj", "invalid_client")]
    public async Task A_header_that_is_none_is_refused(string header, string error)
    {
        using var browser = new Browser(world.Server);
        browser.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);

        Assert.Equal(error, (await browser.TokenAsync(("grant_type", "client_credentials"))).Body.Text("error"));
    }

    [Theory]
    [InlineData("authorization_code")]
    [InlineData("refresh_token")]
    public async Task A_program_with_a_secret_acts_for_nobody_else(string grantType)
    {
        using var browser = new Browser(world.Server);

        Assert.Equal("unauthorized_client", (await browser.TokenAsync(("grant_type", grantType), ("client_id", _id), ("client_secret", Secret), ("code", "x"))).Body.Text("error"));
    }

    [Fact]
    public async Task A_body_that_is_no_form_or_has_a_field_twice_is_refused()
    {
        using var browser = new Browser(world.Server);
        using var json = new StringContent("{}", Encoding.UTF8, "application/json");
        using var twice = new StringContent("grant_type=a&grant_type=b", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var large = new StringContent(new string('a', 70_000), Encoding.UTF8, "application/x-www-form-urlencoded");
        foreach (var (content, status) in new (HttpContent, HttpStatusCode)[] { (json, HttpStatusCode.BadRequest), (twice, HttpStatusCode.BadRequest), (large, HttpStatusCode.RequestEntityTooLarge) })
        {
            using var response = await browser.Http.PostAsync(new Uri("/auth/token", UriKind.Relative), content, TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
        }
    }

    private static HttpRequestMessage Request(string id, string secret, bool basic)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (!basic)
        {
            (form["client_id"], form["client_secret"]) = (id, secret);
        }

        var request = new HttpRequestMessage(HttpMethod.Post, "/auth/token") { Content = new FormUrlEncodedContent(form) };
        if (basic)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(id)}:{WebUtility.UrlEncode(secret)}")));
        }

        return request;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string id, string secret, bool basic)
    {
        using var browser = new Browser(world.Server);
        using var request = Request(id, secret, basic);
        using var response = await browser.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }
}
