using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.SignIn;

/// <summary>Programs on people's own machines: those that show a code to type in elsewhere, and those that listen on loopback.</summary>
public sealed class DeviceFlowTests : IAsyncLifetime
{
    private const string Cli = "scai";

    private readonly SettableClock _clock = new();
    private readonly World _world;
    private readonly Browser _browser, _device;
    private User _ada = null!;

    public DeviceFlowTests()
    {
        _world = new(new TestServer(services: s => s.AddSingleton<TimeProvider>(_clock)));
        (_browser, _device) = (new(_world.Server), new(_world.Server));
    }

    public async ValueTask InitializeAsync() => _ada = await _world.NewPersonAsync((await _world.NewTenantAsync()).Tenant, Roles.TenantUser);

    public ValueTask DisposeAsync()
    {
        _browser.Dispose();
        _device.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task A_device_gets_tokens_once_a_person_has_typed_its_code_in_and_agreed()
    {
        var asked = await StartAsync();
        Assert.Equal("authorization_pending", (await PollAsync(asked)).Body.Text("error"));

        var page = await _browser.SignInAsync(_ada.Email, SignInSteps.Password, $"/auth/activate?user_code={asked.Text("user_code")}");
        Assert.Contains("the scai command line", page.Body, StringComparison.Ordinal);
        Assert.Contains("Signed in", (await _browser.SubmitAsync(page, ("answer", "allow"))).Body, StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromSeconds(5));
        var (status, tokens) = await PollAsync(asked);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotNull(tokens.Text("refresh_token"));
        using var http = _world.Server.ClientWith(tokens.Text("access_token")!);
        Assert.Equal(_ada.Id.Value, (await http.GetDataAsync("/v1/me")).Text("id"));
        Assert.Equal("invalid_grant", (await PollAsync(asked)).Body.Text("error")); // once
    }

    [Fact]
    public async Task A_person_may_refuse()
    {
        var asked = await StartAsync();
        var page = await _browser.SignInAsync(_ada.Email, SignInSteps.Password, $"/auth/activate?user_code={asked.Text("user_code")!.ToLowerInvariant().Replace("-", "", StringComparison.Ordinal)}");
        Assert.Contains("Refused", (await _browser.SubmitAsync(page, ("answer", "deny"))).Body, StringComparison.Ordinal);

        Assert.Equal("access_denied", (await PollAsync(asked)).Body.Text("error"));
    }

    [Fact]
    public async Task A_code_that_expired_or_never_was_leads_nowhere()
    {
        var asked = await StartAsync();
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);
        _clock.Advance(TimeSpan.FromMinutes(10));

        Assert.Contains("The code is wrong", (await _browser.GoAsync($"/auth/activate?user_code={asked.Text("user_code")}")).Body, StringComparison.Ordinal);
        Assert.Contains("The code is wrong", (await _browser.GoAsync("/auth/activate?user_code=BCDF-GHJK")).Body, StringComparison.Ordinal);
        Assert.Equal("expired_token", (await PollAsync(asked)).Body.Text("error"));
    }

    [Fact]
    public async Task Nobody_can_try_all_codes()
    {
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);
        for (var i = 0; i < 100; i++)
        {
            await _browser.GoAsync($"/auth/activate?user_code=BCDF{i}");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await _browser.GoAsync("/auth/activate?user_code=BCDF-GHJK")).Status);
    }

    [Fact]
    public async Task Agreement_cannot_be_forged_from_another_site()
    {
        var asked = await StartAsync();
        await _browser.SignInAsync(_ada.Email, SignInSteps.Password);

        var forged = await _browser.GoAsync("/auth/activate", new() { ["user_code"] = asked.Text("user_code")!, ["answer"] = "allow" });

        Assert.Equal(HttpStatusCode.BadRequest, forged.Status);
        Assert.Equal("authorization_pending", (await PollAsync(asked)).Body.Text("error"));
    }

    [Theory]
    [InlineData(Browser.Client, "unauthorized_client")]
    [InlineData("nobody", "invalid_client")]
    public async Task Only_clients_that_are_meant_to_may_ask_with_codes(string client, string error) =>
        Assert.Equal(error, (await AskAsync(client)).Body.Text("error"));

    [Fact]
    public async Task An_app_on_loopback_gets_a_code_on_any_port_when_the_person_agrees()
    {
        (string, string?)[] app = [("client_id", Cli), ("redirect_uri", "http://127.0.0.1:51004/callback")];
        Assert.Equal("login_required", (await _browser.GoAsync(Browser.Authorize([.. app, ("prompt", "none")]))).Query("error"));
        var page = await _browser.SignInAsync(_ada.Email, SignInSteps.Password, Browser.Authorize(app));
        Assert.Contains("Continue only if you have just started it yourself", page.Body, StringComparison.Ordinal);
        Assert.Contains("form-action 'self' http://127.0.0.1:51004", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("interaction_required", (await _browser.GoAsync(Browser.Authorize([.. app, ("prompt", "none")]))).Query("error"));

        var seen = await _browser.SubmitAsync(page);

        Assert.StartsWith("http://127.0.0.1:51004/callback?code=", seen.Address, StringComparison.Ordinal);
        var (status, _) = await _browser.TokenAsync(
            ("grant_type", "authorization_code"), ("client_id", Cli), ("code", seen.Query("code")), ("redirect_uri", "http://127.0.0.1:51004/callback"), ("code_verifier", Browser.Verifier));
        Assert.Equal(HttpStatusCode.OK, status);
    }

    private async Task<JsonElement> StartAsync()
    {
        var (status, asked) = await AskAsync(Cli);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((600, 5), (asked.At("expires_in").GetInt32(), asked.At("interval").GetInt32()));
        Assert.EndsWith($"/auth/activate?user_code={asked.Text("user_code")}", asked.Text("verification_uri_complete"), StringComparison.Ordinal);
        return asked;
    }

    private async Task<(HttpStatusCode Status, JsonElement Body)> AskAsync(string client)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = client, ["scope"] = "openid offline_access" });
        using var response = await _device.Http.PostAsync(new Uri("/auth/device", UriKind.Relative), form, TestContext.Current.CancellationToken);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement);
    }

    private Task<(HttpStatusCode Status, JsonElement Body)> PollAsync(JsonElement asked) => _device.TokenAsync(
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("client_id", Cli), ("device_code", asked.Text("device_code")));
}
