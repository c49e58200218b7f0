using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

/// <summary>What becomes of tokens once they are given out: renewed, revoked, ended with the session, expired.</summary>
public sealed class GrantTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new();
    private readonly TestServer _server;
    private readonly World _world;
    private readonly Browser _browser;
    private User _ada = null!;

    public GrantTests()
    {
        _server = new(services: s => s.AddSingleton<TimeProvider>(_clock));
        _world = new(_server);
        _browser = new(_server);
    }

    public async ValueTask InitializeAsync() => _ada = await _world.NewPersonAsync((await _world.NewTenantAsync()).Tenant, Roles.TenantUser);

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task Each_refresh_token_is_good_once_and_a_second_use_ends_the_whole_family()
    {
        var first = await TokensAsync();
        var second = await GoodAsync(RefreshAsync(first));
        var third = await GoodAsync(RefreshAsync(second));
        Assert.Equal(3, new[] { first, second, third }.Select(t => t.Text("refresh_token")).Distinct().Count());
        await MayAsync(third);

        await RefusedAsync(RefreshAsync(first), "invalid_grant");

        await RefusedAsync(RefreshAsync(third), "invalid_grant");
        await MayNotAsync(third);
        await MayNotAsync(first);
    }

    [Fact]
    public async Task A_refresh_may_ask_for_less_and_never_for_more()
    {
        var tokens = await TokensAsync();
        await RefusedAsync(RefreshAsync(tokens, ("scope", "openid offline_access")), "invalid_scope");
        await RefusedAsync(RefreshAsync(tokens, ("client_id", "scai")), "invalid_grant");

        var less = await GoodAsync(RefreshAsync(tokens, ("scope", "profile")));

        Assert.Equal("profile", less.Text("scope"));
        Assert.False(less.TryGetProperty("id_token", out _));
        Assert.Equal("openid profile email", (await GoodAsync(RefreshAsync(less))).Text("scope"));
    }

    [Fact]
    public async Task An_access_token_expires_and_the_refresh_token_brings_another()
    {
        var tokens = await TokensAsync();
        await MayAsync(tokens);
        _clock.Advance(TimeSpan.FromMinutes(11));
        await MayNotAsync(tokens);

        await MayAsync(await GoodAsync(RefreshAsync(tokens)));
    }

    [Fact]
    public async Task What_was_granted_ends_with_the_session_unless_it_was_asked_to_outlive_it()
    {
        var bound = await TokensAsync();
        var offline = await TokensAsync(("scope", "openid offline_access"), ("prompt", "none"));
        await MayAsync(bound);
        await MayAsync(offline);

        var seen = await _browser.GoAsync($"/auth/end-session?id_token_hint={bound.Text("id_token")}&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F&state=bye");

        Assert.Equal("http://127.0.0.1:8080/?state=bye", seen.Address);
        await MayNotAsync(bound);
        await RefusedAsync(RefreshAsync(bound), "invalid_grant");
        await MayAsync(offline);
        await MayAsync(await GoodAsync(RefreshAsync(offline)));
        Assert.Equal("login_required", (await _browser.GoAsync(Browser.Authorize(("prompt", "none")))).Query("error"));
        Assert.Equal(1, await LinesAsync("session.end"));
    }

    [Fact]
    public async Task Without_proof_from_the_client_the_person_is_asked_before_being_signed_out()
    {
        await TokensAsync();
        var page = await _browser.GoAsync("/auth/end-session");
        Assert.Contains("Sign out?", page.Body, StringComparison.Ordinal);
        Assert.NotNull((await _browser.GoAsync(Browser.Authorize(("prompt", "none")))).Query("code"));

        Assert.Contains("You are signed out", (await _browser.SubmitAsync(page)).Body, StringComparison.Ordinal);

        Assert.Equal("login_required", (await _browser.GoAsync(Browser.Authorize(("prompt", "none")))).Query("error"));
    }

    [Theory]
    [InlineData("post_logout_redirect_uri=https%3A%2F%2Fevil.test%2F&client_id=scaigrid-web")]
    [InlineData("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F")]
    [InlineData("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F&client_id=nobody")]
    public async Task Nobody_is_sent_anywhere_else_after_signing_out(string query)
    {
        var seen = await _browser.GoAsync($"/auth/end-session?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, seen.Status);
        Assert.Contains("This link does not work", seen.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refresh_token")]
    [InlineData("access_token")]
    public async Task A_client_revokes_all_that_came_with_a_token(string which)
    {
        var tokens = await TokensAsync();
        await MayAsync(tokens);

        Assert.Equal(HttpStatusCode.OK, await RevokeAsync(tokens.Text(which)!, Browser.Client));

        await MayNotAsync(tokens);
        await RefusedAsync(RefreshAsync(tokens), "invalid_grant");
        Assert.Equal(1, await LinesAsync("grant.revoke"));
    }

    [Fact]
    public async Task Nobody_revokes_what_is_another_clients()
    {
        var tokens = await TokensAsync();

        Assert.Equal(HttpStatusCode.OK, await RevokeAsync(tokens.Text("refresh_token")!, "scai"));
        Assert.Equal(HttpStatusCode.OK, await RevokeAsync("made-up", Browser.Client));
        Assert.Equal(HttpStatusCode.OK, await RevokeAsync(tokens.Text("id_token")!, Browser.Client));
        Assert.Equal(HttpStatusCode.Unauthorized, await RevokeAsync(tokens.Text("refresh_token")!, "nobody"));

        await MayAsync(tokens);
    }

    [Fact]
    public async Task Userinfo_tells_what_the_scopes_allow()
    {
        var all = await UserInfoAsync(await TokensAsync());
        Assert.Equal((_ada.Id.Value, _ada.Email, _ada.Name), (all.Body.Text("sub"), all.Body.Text("email"), all.Body.Text("name")));

        var little = await UserInfoAsync(await TokensAsync(("scope", "openid")));
        Assert.Equal($$"""{"sub":"{{_ada.Id.Value}}"}""", little.Body.ToString());

        var none = await UserInfoAsync(await TokensAsync(("scope", "profile")));
        Assert.Equal((HttpStatusCode.Forbidden, "insufficient_scope"), (none.Status, none.Body.Text("error")));
    }

    [Fact]
    public async Task Userinfo_is_for_access_tokens_only()
    {
        using var nobody = _server.CreateClient();
        var missing = await nobody.SendAsync(HttpMethod.Get, "/auth/userinfo");
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid_token"), (missing.Status, missing.Body.Text("error")));

        var withKey = await _world.NewCallerAsync(null, [Roles.SuperAdmin]);
        Assert.Equal(HttpStatusCode.Unauthorized, (await withKey.Http.SendAsync(HttpMethod.Get, "/auth/userinfo")).Status);
    }

    [Fact]
    public async Task A_new_key_signs_and_the_old_one_verifies_until_its_tokens_have_expired()
    {
        var old = await TokensAsync();
        var root = await _world.NewCallerAsync(null, [Roles.SuperAdmin]);
        var kid = (await root.Http.PostDataAsync("/v1/iam/signing-keys/rotate", status: HttpStatusCode.Created)).Text("key_id");
        var (_, published) = await root.Http.SendAsync(HttpMethod.Get, "/auth/jwks");
        Assert.Equal(2, published.At("keys").GetArrayLength());

        var renewed = await TokensAsync(("prompt", "none"));
        Assert.Equal(kid, new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(renewed.Text("access_token")).Kid);
        await MayAsync(old);
        await MayAsync(renewed);

        _clock.Advance(TimeSpan.FromMinutes(11));
        await _server.Services.GetRequiredService<SignInSweep>().SweepAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await _server.WithDbAsync(db => db.SigningKeys.CountAsync()));
    }

    [Fact]
    public async Task A_key_that_has_reached_its_age_is_replaced_by_itself()
    {
        await TokensAsync();
        _clock.Advance(TimeSpan.FromDays(90));
        await TokensAsync();

        Assert.Equal(2, await _server.WithDbAsync(db => db.SigningKeys.CountAsync()));
    }

    [Fact]
    public async Task Only_a_super_admin_replaces_the_key()
    {
        var admin = await (await _world.NewTenantAsync()).AsAdminAsync();

        await admin.RefusedAsync(HttpMethod.Post, "/v1/iam/signing-keys/rotate", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task What_has_expired_is_swept_and_nothing_else()
    {
        await TokensAsync(("scope", "openid offline_access"));
        _clock.Advance(TimeSpan.FromHours(13));
        await SweepAsync();
        Assert.Equal((0, 1, 1), await CountsAsync()); // the session and the code are gone, the refresh token is not

        _clock.Advance(TimeSpan.FromDays(30));
        await SweepAsync();
        Assert.Equal((0, 0, 0), await CountsAsync());
    }

    private Task SweepAsync() => _server.Services.GetRequiredService<SignInSweep>().SweepAsync(TestContext.Current.CancellationToken);

    private Task<(int Sessions, int Grants, int Tokens)> CountsAsync() =>
        _server.WithDbAsync(async db => (await db.Sessions.CountAsync(), await db.Grants.CountAsync(), await db.GrantTokens.CountAsync()));

    private Task<int> LinesAsync(string action) => _server.WithDbAsync(db => db.AuditLog.CountAsync(l => l.Stream == _ada.TenantId!.Value.Value && l.Action == action && l.ActorId == _ada.Id.Value));

    private async Task<JsonElement> TokensAsync(params (string Name, string? Value)[] other)
    {
        var seen = await _browser.GoAsync(Browser.Authorize(other));
        if (seen.Query("code") is null)
        {
            seen = await _browser.SignInAsync(_ada.Email, SignInSteps.Password, Browser.Authorize([.. other.Where(o => o.Name != "prompt")]));
        }

        return await GoodAsync(_browser.RedeemAsync(seen.Query("code")));
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> RefreshAsync(JsonElement tokens, params (string Name, string? Value)[] other)
    {
        var form = new Dictionary<string, string?> { ["grant_type"] = "refresh_token", ["client_id"] = Browser.Client, ["refresh_token"] = tokens.Text("refresh_token") };
        foreach (var (name, value) in other)
        {
            form[name] = value;
        }

        return _browser.TokenAsync([.. form.Select(f => (f.Key, f.Value))]);
    }

    private static async Task<JsonElement> GoodAsync(Task<(HttpStatusCode Status, JsonElement Body)> answer)
    {
        var (status, body) = await answer;
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body;
    }

    private static async Task RefusedAsync(Task<(HttpStatusCode Status, JsonElement Body)> answer, string error)
    {
        var (status, body) = await answer;
        Assert.Equal((HttpStatusCode.BadRequest, error), (status, body.Text("error")));
    }

    private async Task<HttpStatusCode> RevokeAsync(string token, string client)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["client_id"] = client });
        using var response = await _browser.Http.PostAsync(new Uri("/auth/revoke", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> UserInfoAsync(JsonElement tokens)
    {
        using var http = _server.ClientWith(tokens.Text("access_token")!);
        return await http.SendAsync(HttpMethod.Get, "/auth/userinfo");
    }

    private async Task MayAsync(JsonElement tokens)
    {
        using var http = _server.ClientWith(tokens.Text("access_token")!);
        await http.GetDataAsync("/v1/me");
    }

    private async Task MayNotAsync(JsonElement tokens)
    {
        using var http = _server.ClientWith(tokens.Text("access_token")!);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }
}
