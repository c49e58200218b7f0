using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

public sealed class SignInPageTests : IAsyncLifetime
{
    private readonly SettableClock _clock = new();
    private readonly TestServer _server;
    private readonly World _world;
    private readonly Browser _browser;
    private TestTenant _acme = null!;
    private User _ada = null!;

    public SignInPageTests()
    {
        _server = new(services: s => s.AddSingleton<TimeProvider>(_clock));
        _world = new(_server);
        _browser = new(_server);
    }

    public async ValueTask InitializeAsync()
    {
        _acme = await _world.NewTenantAsync();
        _ada = await _world.NewPersonAsync(_acme.Tenant, Roles.TenantUser);
    }

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task The_page_runs_no_scripts_stands_in_nobodys_frame_and_is_kept_by_nobody()
    {
        var page = await _browser.GoAsync(Browser.Authorize(("login_hint", "\"><script>alert(1)</script>")));

        var policy = page.Headers["Content-Security-Policy"];
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'; form-action 'self' http://127.0.0.1:8080", policy, StringComparison.Ordinal);
        Assert.Equal(("nosniff", "DENY", "no-store"), (page.Headers["X-Content-Type-Options"], page.Headers["X-Frame-Options"], page.Headers["Cache-Control"]));
        Assert.DoesNotContain("<script", page.Body, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("to continue to ScaiGrid", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites_and_over_TLS_of_other_hosts()
    {
        using var tls = new TestServer(new() { ["PublicUrl"] = "https://grid.example" }, s => s.AddSingleton<TimeProvider>(_clock));
        await using var world = new World(tls);
        var ada = await world.NewPersonAsync((await world.NewTenantAsync()).Tenant);
        foreach (var (server, person, name) in new[] { (_server, _ada, "scaigrid-session="), (tls, ada, "__Host-scaigrid-session=") })
        {
            using var http = server.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new("https://localhost") });
            var page = await http.GetStringAsync(new Uri("/auth/sign-in", UriKind.Relative), TestContext.Current.CancellationToken);
            var mark = System.Text.RegularExpressions.Regex.Match(page, "name=\"form\" value=\"([^\"]+)\"").Groups[1].Value;
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["form"] = mark, ["login"] = person.Email, ["password"] = SignInSteps.Password });
            using var response = await http.PostAsync(new Uri("/auth/sign-in", UriKind.Relative), form, TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.SeeOther, response.StatusCode);
            var cookie = response.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith(name, StringComparison.Ordinal) && !c.StartsWith($"{name};", StringComparison.Ordinal));
            Assert.Contains("; path=/; ", cookie, StringComparison.Ordinal);
            Assert.Contains("samesite=lax; httponly", cookie, StringComparison.Ordinal);
            Assert.Equal(server == tls, cookie.Contains("; secure", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("known, wrong password")]
    [InlineData("unknown")]
    [InlineData("suspended, right password")]
    [InlineData("without a password")]
    [InlineData("password too long")]
    [InlineData("nothing typed")]
    public async Task Whatever_is_wrong_the_answer_is_the_same(string what)
    {
        var (login, password) = (_ada.Email, what == "password too long" ? new string('x', 300) : SignInSteps.Password);
        switch (what)
        {
            case "known, wrong password":
                password = "something else";
                break;
            case "unknown":
                login = "nobody@example.test";
                break;
            case "suspended, right password":
                await _server.ChangeAsync(_ada, u => u.Status = UserStatus.Suspended);
                break;
            case "without a password":
                await _server.ChangeAsync(_ada, u => u.PasswordHash = null);
                break;
            case "nothing typed":
                (login, password) = ("", "");
                break;
        }

        var page = await _browser.SignInAsync(login, password);

        Assert.Equal(HttpStatusCode.Unauthorized, page.Status);
        Assert.Contains($"id=\"problem\">{PasswordSignIn.Wrong}<", page.Body, StringComparison.Ordinal);
        Assert.Null((await _browser.GoAsync(Browser.Authorize(("prompt", "none")))).Query("code"));
        Assert.DoesNotContain(SignInSteps.Password, page.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_wrong_passwords_lock_an_account_whether_or_not_it_exists(bool exists)
    {
        var login = exists ? _ada.Email : "nobody@example.test";
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await _browser.SignInAsync(login, "wrong")).Status);
        }

        var locked = await _browser.SignInAsync(login, SignInSteps.Password);
        Assert.Equal((HttpStatusCode.TooManyRequests, "900"), (locked.Status, locked.Headers["Retry-After"]));
        Assert.Contains("Too many failed attempts. Try again in 15 minutes.", locked.Body, StringComparison.Ordinal);
        Assert.Equal(1, await _server.WithDbAsync(db => db.AuditLog.CountAsync(l => l.Action == "account.lock" && l.Stream == (exists ? _acme.Tenant.Id.Value : "platform"))));

        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(exists, (await _browser.SignInAsync(login, SignInSteps.Password)).Query("code") is not null);
    }

    [Fact]
    public async Task A_lock_holds_on_every_replica_and_after_a_restart()
    {
        for (var i = 0; i < 10; i++)
        {
            await _browser.SignInAsync(_ada.Email, "wrong");
        }

        using var other = _server.AnotherReplica();
        using var browser = new Browser(other);
        // The other replica's clock is the machine's own, long after this one's: the lock is moved there.
        await _server.WithDbAsync(db => db.FailedSignIns.ExecuteUpdateAsync(f => f.SetProperty(x => x.LockedUntil, TimeProvider.System.GetUtcNow().AddMinutes(5))));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.SignInAsync(_ada.Email, SignInSteps.Password)).Status);
    }

    [Fact]
    public async Task Trying_many_accounts_from_one_address_locks_the_address()
    {
        await using var world = new World(new TestServer(new() { ["Oidc:MaxFailedSignIns"] = "3" }));
        var ada = await world.NewPersonAsync((await world.NewTenantAsync()).Tenant);
        using var browser = new Browser(world.Server);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await browser.SignInAsync($"person-{i}@example.test", "wrong")).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.SignInAsync(ada.Email, SignInSteps.Password)).Status);
    }

    [Fact]
    public async Task The_right_password_makes_wrong_ones_forgotten()
    {
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 9; i++)
            {
                await _browser.SignInAsync(_ada.Email, "wrong");
            }

            Assert.NotNull((await _browser.SignInAsync(_ada.Email, SignInSteps.Password, Browser.Authorize(("prompt", "login")))).Query("code"));
            await _browser.SubmitAsync(await _browser.GoAsync("/auth/end-session"));
        }
    }

    [Fact]
    public async Task A_form_that_another_site_made_signs_nobody_in()
    {
        var seen = await _browser.GoAsync("/auth/sign-in", new() { ["login"] = _ada.Email, ["password"] = SignInSteps.Password });

        Assert.Equal(HttpStatusCode.BadRequest, seen.Status);
        Assert.Equal(0, await _server.WithDbAsync(db => db.Sessions.CountAsync()));
    }

    [Theory]
    [InlineData("https://evil.test/")]
    [InlineData("//evil.test/")]
    [InlineData("/auth/authorize?client_id=scaigrid-web&redirect_uri=https://evil.test/")]
    [InlineData("/\\evil.test")]
    [InlineData("/v1/me")]
    public async Task After_signing_in_nobody_is_sent_anywhere_strange(string wanted)
    {
        var seen = await _browser.SignInAsync(_ada.Email, SignInSteps.Password, $"/auth/sign-in?return={Uri.EscapeDataString(wanted)}");

        Assert.Equal("http://127.0.0.1:8080/", seen.Address);
    }

    [Fact]
    public async Task One_email_in_two_tenants_is_told_apart_by_the_tenant()
    {
        var other = await _world.NewTenantAsync();
        var twin = await _world.NewPersonAsync(other.Tenant, Roles.TenantViewer);
        await _server.ChangeAsync(twin, u => u.Email = _ada.Email.ToUpperInvariant());

        var ambiguous = await _browser.SignInAsync(_ada.Email, SignInSteps.Password);
        Assert.Contains("write the tenant before it", ambiguous.Body, StringComparison.Ordinal);

        var tokens = await _browser.TokensAsync($"{other.Tenant.Slug}/{_ada.Email}", SignInSteps.Password);
        using var http = _server.ClientWith(tokens.Text("access_token")!);
        Assert.Equal(twin.Id.Value, (await http.GetDataAsync("/v1/me")).Text("id"));
    }

    [Fact]
    public async Task Sign_ins_and_failures_are_audited_without_what_was_typed()
    {
        await _browser.SignInAsync(_ada.Email, "a wrong secret");
        await _browser.SignInAsync("typed into the wrong field", "x");
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);

        var lines = await _server.WithDbAsync(db => db.AuditLog.Where(l => l.Action == "session.create").OrderBy(l => l.Timestamp).ToListAsync());

        Assert.Equal(["FAILURE", "FAILURE", "SUCCESS"], lines.Select(l => l.Status).Order(StringComparer.Ordinal));
        Assert.Equal(2, lines.Count(l => l.Stream == _acme.Tenant.Id.Value && l.ActorId == _ada.Id.Value));
        var stored = System.Text.Json.JsonSerializer.Serialize(lines);
        Assert.DoesNotContain("wrong secret", stored, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong field", stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_opens_on_every_replica()
    {
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);
        var tokens = await _browser.TokensAsync(_ada.Email, SignInSteps.Password, ("prompt", "login"));
        using var other = new TestServer(
            new() { ["Database:ConnectionString"] = ConnectionOf(_server), ["DataDir"] = _server.Folder }, s => s.AddSingleton<TimeProvider>(_clock));

        using var http = other.ClientWith(tokens.Text("access_token")!);
        Assert.Equal(_ada.Id.Value, (await http.GetDataAsync("/v1/me")).Text("id"));
    }

    private static string ConnectionOf(TestServer server) =>
        server.Services.GetRequiredService<ServerOptions>().Database.ConnectionString ?? $"Data Source={Path.Combine(server.Folder, "scaigrid.db")};Default Timeout=30";
}
