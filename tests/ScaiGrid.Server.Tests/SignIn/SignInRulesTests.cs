using Microsoft.Extensions.Primitives;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Tests.SignIn;

/// <summary>What is decided without a server.</summary>
public sealed class SignInRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 15, 10, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("https://app.example/cb", "https://app.example/cb", true)]
    [InlineData("https://app.example/cb", "https://app.example/cb/", false)]
    [InlineData("https://app.example/cb", "https://app.example/cb?x=1", false)]
    [InlineData("https://app.example/cb", "https://app.example:444/cb", false)]
    [InlineData("https://app.example/cb", "https://APP.example/cb", false)]
    [InlineData("https://app.example/cb", "https://app.example/x/../cb", false)]
    [InlineData("https://app.example/cb", "https://app.example.evil.test/cb", false)]
    [InlineData("https://app.example/cb", "https://app.example/cb#f", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb", true)]
    [InlineData("http://127.0.0.1:9000/cb", "http://127.0.0.1/cb", true)]
    [InlineData("http://[::1]/cb", "http://[::1]:51004/cb", true)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004/other", false)]
    [InlineData("http://127.0.0.1/cb", "http://localhost:51004/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1:51004@evil.test/cb", false)]
    [InlineData("http://127.0.0.1/cb", "http://127.0.0.1.evil.test/cb", false)]
    [InlineData("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb", false)]
    [InlineData("com.example.app:/cb", "com.example.app:/cb", true)]
    public void A_redirect_address_is_the_registered_one_but_for_the_port_on_loopback(string registered, string given, bool matches) =>
        Assert.Equal(matches, RedirectUris.Matches([registered], given));

    [Theory]
    [InlineData("https://app.example/cb", true)]
    [InlineData("http://127.0.0.1/cb", true)]
    [InlineData("http://localhost:3000/cb", true)]
    [InlineData("com.example.app:/cb", true)]
    [InlineData("http://app.example/cb", false)]
    [InlineData("https://app.example/cb#fragment", false)]
    [InlineData("https://user@app.example/cb", false)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("app:/cb", false)]
    [InlineData("/cb", false)]
    [InlineData("https://app.example/c b", false)]
    public void Addresses_that_codes_could_leak_from_cannot_be_registered(string uri, bool fine) => Assert.Equal(fine, RedirectUris.Fault(uri) is null);

    [Fact]
    public void A_token_is_used_once_and_its_second_use_revokes_the_grant()
    {
        var (grant, token) = (NewGrant(), NewToken());

        Assert.Null(token.Use(grant, GrantTokenKind.Refresh, "page", Now));
        Assert.Null(grant.RevokedAt);
        Assert.Equal("INVALID_GRANT", token.Use(grant, GrantTokenKind.Refresh, "page", Now)!.Type.Code);
        Assert.Equal(Now, grant.RevokedAt);
    }

    [Theory]
    [InlineData((int)GrantTokenKind.Code, "page", 0)]
    [InlineData((int)GrantTokenKind.Refresh, "other", 0)]
    [InlineData((int)GrantTokenKind.Refresh, "page", 3600)]
    public void A_token_that_is_not_good_is_not_used_up(int kind, string client, int seconds)
    {
        var (grant, token) = (NewGrant(), NewToken());

        Assert.NotNull(token.Use(grant, (GrantTokenKind)kind, client, Now.AddSeconds(seconds)));
        Assert.Null(token.UsedAt);
        Assert.Null(grant.RevokedAt);
    }

    [Fact]
    public void A_revoked_grants_tokens_are_good_for_nothing()
    {
        var (grant, token) = (NewGrant(), NewToken());
        grant.Revoke(Now);

        Assert.NotNull(token.Use(grant, GrantTokenKind.Refresh, "page", Now));
        Assert.False(grant.IsGood(Person(), Now));
    }

    [Fact]
    public void A_new_password_ends_what_the_old_one_opened()
    {
        var (grant, person) = (NewGrant(), Person());
        Assert.True(grant.IsGood(person, Now));

        person.PasswordHash = "another";
        Assert.False(grant.IsGood(person, Now));
    }

    [Fact]
    public void Failures_lock_at_the_limit_and_are_forgotten_in_time()
    {
        var failed = new FailedSignIns { Id = "x" };
        var length = TimeSpan.FromMinutes(15);
        Assert.False(failed.Add(3, length, Now));
        Assert.False(failed.Add(3, length, Now));
        Assert.True(failed.Add(3, length, Now));
        Assert.False(failed.Add(3, length, Now)); // it is locked already
        Assert.True(failed.IsLocked(Now));
        Assert.False(failed.IsLocked(Now + length));

        Assert.False(failed.Add(3, length, Now + length));
        Assert.Equal(1, failed.Count);
    }

    [Fact]
    public void A_device_that_asks_too_often_has_to_wait_longer_each_time()
    {
        var login = NewDeviceLogin();
        Assert.Equal("AUTHORIZATION_PENDING", login.Ask("cli", Now)!.Type.Code);
        Assert.Equal("SLOW_DOWN", login.Ask("cli", Now.AddSeconds(4))!.Type.Code);
        Assert.Equal("SLOW_DOWN", login.Ask("cli", Now.AddSeconds(13))!.Type.Code);
        Assert.Equal("AUTHORIZATION_PENDING", login.Ask("cli", Now.AddSeconds(28))!.Type.Code);
    }

    [Fact]
    public void A_device_hears_the_persons_answer_and_nobody_else_does()
    {
        var allowed = NewDeviceLogin();
        allowed.Allow(new("grant_1"));
        Assert.Equal("INVALID_GRANT", allowed.Ask("other", Now)!.Type.Code);
        Assert.Equal("EXPIRED_TOKEN", allowed.Ask("cli", Now.AddMinutes(10))!.Type.Code);
        Assert.Null(allowed.Ask("cli", Now));

        var denied = NewDeviceLogin();
        denied.Deny();
        Assert.Equal("ACCESS_DENIED", denied.Ask("cli", Now)!.Type.Code);
    }

    [Fact]
    public void User_codes_are_readable_and_forgive_how_they_are_typed()
    {
        var code = DeviceLogin.MakeUserCode();

        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", code);
        Assert.Equal(DeviceLogin.HashOfUserCode(code), DeviceLogin.HashOfUserCode($" {code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)} "));
    }

    [Theory]
    [InlineData("Basic Ym90OnMlM0FlJTI1Y3JldA==", null, null, "bot", "s:e%cret")]
    [InlineData(null, "bot", "secret", "bot", "secret")]
    [InlineData(null, "page", null, "page", null)]
    [InlineData("Basic Ym90OnNlY3JldA==", "other", null, null, null)]
    [InlineData("Basic Ym90OnNlY3JldA==", null, "secret", null, null)]
    [InlineData("Basic Ym90", null, null, null, null)]
    [InlineData("Bearer x", null, null, null, null)]
    [InlineData(null, null, null, null, null)]
    public void A_client_names_itself_in_one_way(string? header, string? id, string? secret, string? expectedId, string? expectedSecret)
    {
        Assert.True(OAuthParameters.Read([new("client_id", id ?? ""), new("client_secret", secret ?? "")]).Succeeded(out var form, out _));

        var read = ClientAuthentication.Credentials(header, form).Succeeded(out var given, out _);

        Assert.Equal((expectedId is not null, expectedId, expectedSecret), (read, given.Id, given.Secret));
    }

    [Theory]
    [InlineData("Ada@Example.test ", null, "ada@example.test")]
    [InlineData("Acme/ada@example.test", "acme", "ada@example.test")]
    public void A_login_may_name_the_tenant(string typed, string? tenant, string email) =>
        Assert.Equal(new PasswordSignIn.Login(tenant, email), PasswordSignIn.Login.Parse(typed));

    [Theory]
    [InlineData("a", "b\0c")]
    [InlineData("a", "long")]
    [InlineData("twice", "1,2")]
    public void Parameters_that_nothing_good_comes_of_are_refused(string name, string value)
    {
        var values = value == "long" ? new StringValues(new string('x', 20_000)) : name == "twice" ? new StringValues(value.Split(',')) : new StringValues(value);

        Assert.False(OAuthParameters.Read([new(name, values)]).Succeeded(out _, out _));
    }

    [Fact]
    public void An_empty_parameter_counts_as_left_out()
    {
        Assert.True(OAuthParameters.Read([new("scope", "")]).Succeeded(out var read, out _));
        Assert.False(read.Has("scope", out _));
    }

    [Fact]
    public void A_key_is_spent_when_the_last_token_that_it_signed_has_expired()
    {
        var longest = TimeSpan.FromMinutes(10);
        SigningKey[] keys = [Key("a", Now.AddDays(-100)), Key("b", Now.AddDays(-10)), Key("c", Now)];

        Assert.Equal(["a"], SigningKeys.Spent(keys, Now, longest).Select(k => k.Id));
        Assert.Equal(["a"], SigningKeys.Spent(keys, Now + longest + OidcTokens.ClockSkew, longest).Select(k => k.Id));
        Assert.Equal(["a", "b"], SigningKeys.Spent(keys, Now + longest + OidcTokens.ClockSkew + TimeSpan.FromSeconds(1), longest).Select(k => k.Id));
        Assert.Equal(["a", "b"], SigningKeys.Spent(keys, Now.AddYears(10), longest).Select(k => k.Id)); // never the one that signs
    }

    [Fact]
    public void What_is_put_into_a_page_is_text_and_nothing_else() =>
        Assert.Equal("<p>&lt;script&gt;&quot;</p><b>1</b>", Html.Of($"<p>{"<script>\""}</p>{Html.Of($"<b>{1}</b>")}").Markup);

    private static SigningKey Key(string id, DateTimeOffset at) => new() { Id = id, Sealed = "", CreatedAt = at };

    private static User Person() => new() { Id = new("usr_1"), Email = "", Name = "", PasswordHash = "hash", CreatedAt = Now };

    private static Grant NewGrant() => new()
    {
        Id = new("grant_1"),
        UserId = new("usr_1"),
        ClientId = "page",
        Scope = "openid",
        PasswordMark = Grant.MarkOf(Person()),
        AuthTime = Now,
        CreatedAt = Now,
        ExpiresAt = Now.AddDays(1),
    };

    private static GrantToken NewToken() => new() { Hash = "h", GrantId = new("grant_1"), Kind = GrantTokenKind.Refresh, ExpiresAt = Now.AddHours(1) };

    private static DeviceLogin NewDeviceLogin() => new() { DeviceCodeHash = "d", UserCodeHash = "u", ClientId = "cli", Scope = "openid", ExpiresAt = Now.AddMinutes(10) };
}
