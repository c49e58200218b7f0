using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

public sealed class CodeFlowTests(World world) : IAsyncLifetime
{
    private readonly Browser _browser = new(world.Server);
    private TestTenant _acme = null!;
    private User _ada = null!;

    public async ValueTask InitializeAsync()
    {
        _acme = await world.NewTenantAsync();
        _ada = await world.NewPersonAsync(_acme.Tenant, Roles.TenantAdmin);
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_person_signs_in_on_the_page_and_the_client_gets_tokens_that_every_surface_accepts()
    {
        var seen = await _browser.SignInAsync(_ada.Email, SignInSteps.Password);
        Assert.StartsWith(Browser.Redirect, seen.Address, StringComparison.Ordinal);
        Assert.Equal(("the state", "http://127.0.0.1:8080/auth"), (seen.Query("state"), seen.Query("iss")));

        var (status, tokens) = await _browser.RedeemAsync(seen.Query("code"));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("Bearer", 600, "openid profile email"), (tokens.Text("token_type"), tokens.At("expires_in").GetInt32(), tokens.Text("scope")));

        using var http = world.Server.ClientWith(tokens.Text("access_token")!);
        var me = await http.GetDataAsync("/v1/me");
        Assert.Equal((_ada.Id.Value, _acme.Tenant.Id.Value, "oidc"), (me.Text("id"), me.Text("tenant.id"), me.Text("sign_in")));
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(HttpMethod.Get, "/oai/v1/models")).Status);
    }

    [Fact]
    public async Task The_id_token_tells_the_client_who_signed_in_and_opens_nothing_here()
    {
        var tokens = await _browser.TokensAsync(_ada.Email, SignInSteps.Password);
        var token = new JsonWebToken(tokens.Text("id_token"));

        Assert.Equal((_ada.Id.Value, "http://127.0.0.1:8080/auth", Browser.Client), (token.Subject, token.Issuer, token.Audiences.Single()));
        Assert.Equal(("the nonce", _ada.Email, _ada.Name), (token.GetPayloadValue<string>("nonce"), token.GetPayloadValue<string>("email"), token.GetPayloadValue<string>("name")));
        Assert.Equal(["tenant_admin"], token.GetPayloadValue<string[]>("roles"));
        Assert.Equal(_acme.Tenant.Id.Value, token.GetPayloadValue<string>("tenant_id"));
        Assert.True(token.TryGetPayloadValue<long>("auth_time", out _));

        using var http = world.Server.ClientWith(tokens.Text("id_token")!);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Fact]
    public async Task Who_is_signed_in_is_not_asked_again_unless_the_client_wants_it()
    {
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);

        Assert.NotNull((await _browser.GoAsync(Browser.Authorize())).Query("code"));
        Assert.NotNull((await _browser.GoAsync(Browser.Authorize(("prompt", "none")))).Query("code"));
        Assert.NotNull((await _browser.GoAsync(Browser.Authorize(("max_age", "3600")))).Query("code"));
        foreach (var again in (string[])["login", "select_account"])
        {
            var page = await _browser.GoAsync(Browser.Authorize(("prompt", again)));
            Assert.Contains("type=\"password\"", page.Body, StringComparison.Ordinal);
            Assert.NotNull((await _browser.SubmitAsync(page, ("login", _ada.Email), ("password", SignInSteps.Password))).Query("code"));
        }

        Assert.Contains("type=\"password\"", (await _browser.GoAsync(Browser.Authorize(("max_age", "0")))).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prompt", "none", "login_required")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "maybe", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("request", "eyJ", "request_not_supported")]
    [InlineData("request_uri", "https://example.test", "request_uri_not_supported")]
    public async Task What_is_wrong_with_a_request_is_told_to_the_client(string name, string? value, string error)
    {
        var seen = await _browser.GoAsync(Browser.Authorize((name, value)));

        Assert.StartsWith(Browser.Redirect, seen.Address, StringComparison.Ordinal);
        Assert.Equal((error, "the state", "http://127.0.0.1:8080/auth"), (seen.Query("error"), seen.Query("state"), seen.Query("iss")));
        Assert.Null(seen.Query("code"));
    }

    [Theory]
    [InlineData("client_id", "nobody")]
    [InlineData("client_id", null)]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://evil.test/")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/signed-in/../elsewhere")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/signed-in?more=1")]
    public async Task Nobody_is_sent_to_an_address_that_is_not_the_clients(string name, string? value)
    {
        var seen = await _browser.GoAsync(Browser.Authorize((name, value)));

        Assert.Equal(HttpStatusCode.BadRequest, seen.Status);
        Assert.StartsWith("/auth/authorize", seen.Address, StringComparison.Ordinal);
        Assert.Contains("This link does not work", seen.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_is_good_once_and_a_second_use_ends_what_came_of_the_first()
    {
        var code = (await _browser.SignInAsync(_ada.Email, SignInSteps.Password)).Query("code");
        var (_, tokens) = await _browser.RedeemAsync(code);
        using var http = world.Server.ClientWith(tokens.Text("access_token")!);
        await http.GetDataAsync("/v1/me");

        var (status, error) = await _browser.RedeemAsync(code);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_grant"), (status, error.Text("error")));
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal("invalid_grant", (await RefreshAsync(tokens)).Body.Text("error"));
        var line = await world.Server.WithDbAsync(db => db.AuditLog.SingleAsync(l => l.Stream == _acme.Tenant.Id.Value && l.Action == "grant.revoke"));
        Assert.Equal((_ada.Id.Value, "REUSED"), (line.ActorId, line.ErrorCode));
    }

    [Fact]
    public async Task Of_many_who_redeem_one_code_at_once_one_succeeds_at_most_and_nothing_of_it_stays_good()
    {
        var code = (await _browser.SignInAsync(_ada.Email, SignInSteps.Password)).Query("code");

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _browser.RedeemAsync(code)));

        var won = Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        using var http = world.Server.ClientWith(won.Body.Text("access_token")!);
        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
    }

    [Theory]
    [InlineData("code_verifier", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", "invalid_grant")]
    [InlineData("code_verifier", null, "invalid_grant")]
    [InlineData("redirect_uri", "http://127.0.0.1:8080/", "invalid_grant")]
    [InlineData("redirect_uri", null, "invalid_grant")]
    [InlineData("client_id", "scai", "invalid_grant")]
    [InlineData("client_id", "nobody", "invalid_client")]
    [InlineData("client_id", null, "invalid_client")]
    [InlineData("code", "made-up", "invalid_grant")]
    [InlineData("code", null, "invalid_request")]
    [InlineData("grant_type", "password", "unsupported_grant_type")]
    [InlineData("grant_type", null, "invalid_request")]
    [InlineData("grant_type", "client_credentials", "unauthorized_client")]
    public async Task A_code_is_good_for_the_client_that_asked_and_for_nobody_else(string name, string? value, string expected)
    {
        var code = (await _browser.SignInAsync(_ada.Email, SignInSteps.Password)).Query("code");
        var form = new Dictionary<string, string?>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = Browser.Client,
            ["code"] = code,
            ["redirect_uri"] = Browser.Redirect,
            ["code_verifier"] = Browser.Verifier,
        };
        form[name] = value;

        var (status, error) = await _browser.TokenAsync([.. form.Select(f => (f.Key, f.Value))]);

        Assert.Equal((expected, expected == "invalid_client" ? HttpStatusCode.Unauthorized : HttpStatusCode.BadRequest), (error.Text("error"), status));
        Assert.NotEqual("", error.Text("error_description"));
        Assert.Equal(HttpStatusCode.OK, (await _browser.RedeemAsync(code)).Status); // the refusal did not use it up
    }

    [Fact]
    public async Task Codes_and_tokens_are_stored_only_as_hashes()
    {
        var code = (await _browser.SignInAsync(_ada.Email, SignInSteps.Password)).Query("code")!;
        var (_, tokens) = await _browser.RedeemAsync(code);

        var stored = JsonSerializer.Serialize(await world.Server.WithDbAsync(async db => new
        {
            Tokens = await db.GrantTokens.ToListAsync(),
            Sessions = await db.Sessions.ToListAsync(),
            Keys = await db.SigningKeys.Select(k => k.Sealed).ToListAsync(),
        }));

        Assert.DoesNotContain(code, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(tokens.Text("refresh_token")!, stored, StringComparison.Ordinal);
        Assert.DoesNotContain("MII", stored, StringComparison.Ordinal); // how PKCS #8 begins
    }

    [Theory]
    [InlineData("suspended person")]
    [InlineData("suspended tenant")]
    [InlineData("new password")]
    public async Task Whoever_may_not_sign_in_any_longer_is_out_at_once(string change)
    {
        var tokens = await _browser.TokensAsync(_ada.Email, SignInSteps.Password);
        using var http = world.Server.ClientWith(tokens.Text("access_token")!);
        await http.GetDataAsync("/v1/me");
        if (change == "suspended tenant")
        {
            await world.Server.WithDbAsync(async db =>
            {
                (await db.Tenants.SingleAsync(t => t.Id == _acme.Tenant.Id)).Status = TenantStatus.Suspended;
                return await db.SaveChangesAsync();
            });
        }
        else
        {
            await world.Server.ChangeAsync(_ada, u => (u.Status, u.PasswordHash) = change == "new password" ? (u.Status, Passwords.HashOf("another one")) : (UserStatus.Suspended, u.PasswordHash));
        }

        await http.RefusedAsync(HttpMethod.Get, "/v1/me", null, HttpStatusCode.Unauthorized, "AUTH_TOKEN_INVALID");
        Assert.Equal("invalid_grant", (await RefreshAsync(tokens)).Body.Text("error"));
        Assert.Contains("type=\"password\"", (await _browser.GoAsync(Browser.Authorize())).Body, StringComparison.Ordinal);
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> RefreshAsync(JsonElement tokens) =>
        _browser.TokenAsync(("grant_type", "refresh_token"), ("client_id", Browser.Client), ("refresh_token", tokens.Text("refresh_token")));
}
