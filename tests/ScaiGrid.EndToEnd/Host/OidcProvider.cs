using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using static System.Buffers.Text.Base64Url;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>A real OpenID provider in a process of its own, with two machines and one person. Its tokens come out of the protocol's own flows.</summary>
internal sealed partial class OidcProvider : IAsyncDisposable
{
    private const string Audience = "https://scaigrid.example", Redirect = "http://127.0.0.1/signed-in", Secret = "a-secret-of-the-client";

    private readonly Child _child;
    private readonly DirectoryInfo _folder;
    private readonly string _issuer;

    private OidcProvider(Child child, DirectoryInfo folder, string issuer) => (_child, _folder, _issuer) = (child, folder, issuer);

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["SCAIGRID_Oidc__Mode"] = "external",
        ["SCAIGRID_Oidc__Authority"] = _issuer,
        ["SCAIGRID_Oidc__Audience"] = Audience,
        ["SCAIGRID_Oidc__RequireHttps"] = "false",
    };

    public static async Task<OidcProvider> StartAsync()
    {
        var program = Path.Combine(Environment.GetEnvironmentVariable("SCAIGRID_TEST_OIDC_DIR") ?? Repository.PathOf("eng/oidc-provider"), "server.mjs");
        Assert.True(Directory.Exists(Path.Combine(Path.GetDirectoryName(program)!, "node_modules")), "The npm packages are missing: ./build.sh e2e installs them.");
        var folder = Directory.CreateTempSubdirectory("scaigrid-oidc-");
        var config = Path.Combine(folder.FullName, "config.json");
        await File.WriteAllTextAsync(config, JsonSerializer.Serialize(new
        {
            audience = Audience,
            clients = new object[]
            {
                new { client_id = "deployer", client_secret = Secret, claims = new { tenant_id = "acme", roles = new[] { "tenant_admin" } } },
                new { client_id = "stranger", client_secret = Secret, claims = new { tenant_id = "unheard-of", roles = new[] { "tenant_admin" } } },
                new { client_id = "page", client_secret = Secret, redirect_uris = new[] { Redirect }, grant_types = new[] { "authorization_code" }, response_types = new[] { "code" } },
            },
            users = new object[] { new { sub = "bob", email = "bob@acme.example", name = "Bob", tenant_id = "acme", roles = new[] { "tenant_user" } } },
        }));
        var child = Child.Start("node", [program, "--config", config, "--keys", Path.Combine(folder.FullName, "keys.json")]);
        var said = await child.SaysAsync("\"issuer\"", TimeSpan.FromSeconds(60));
        var line = said.Split('\n').First(l => l.Contains("\"issuer\"", StringComparison.Ordinal));
        return new(child, folder, JsonDocument.Parse(line).RootElement.Text("issuer"));
    }

    /// <summary>The access token of a machine.</summary>
    public async Task<string> ClientCredentialsAsync(string client)
    {
        using var http = new HttpClient();
        return await TokenAsync(http, client, new() { ["grant_type"] = "client_credentials", ["scope"] = "api" });
    }

    /// <summary>The access token of a person, who signs in at the provider's page: authorization code with PKCE.</summary>
    public async Task<string> SignInAsync(string user)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() };
        using var browser = new HttpClient(handler);
        var verifier = EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        var at = new Uri($"{_issuer}/auth?client_id=page&response_type=code&scope=openid%20api&state=s&redirect_uri={Uri.EscapeDataString(Redirect)}&code_challenge={challenge}&code_challenge_method=S256");
        var code = await FollowAsync(browser, at, user);
        return await TokenAsync(browser, "page", new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = Redirect,
            ["code_verifier"] = verifier,
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _child.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Goes where a browser would, filling in the forms for signing in and for consent, until the provider hands out the code.</summary>
    private static async Task<string> FollowAsync(HttpClient browser, Uri at, string user)
    {
        HttpContent? form = null;
        for (var step = 0; step < 20; step++)
        {
            using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, at) { Content = form };
            using var response = await browser.SendAsync(request, TestContext.Current.CancellationToken);
            form = null;
            if (response.Headers.Location is { } location)
            {
                at = new(at, location);
                if (at.AbsoluteUri.StartsWith(Redirect, StringComparison.Ordinal))
                {
                    return Code().Match(at.Query).Groups[1].Value;
                }

                continue;
            }

            var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode == HttpStatusCode.OK, page);
            at = new(at, Action().Match(page).Groups[1].Value);
            form = new FormUrlEncodedContent(new Dictionary<string, string> { ["prompt"] = Prompt().Match(page).Groups[1].Value, ["login"] = user, ["password"] = "any" });
        }

        throw new InvalidOperationException($"The provider went round in circles, last at {at}.");
    }

    private async Task<string> TokenAsync(HttpClient http, string client, Dictionary<string, string> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{_issuer}/token") { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{client}:{Secret}")));
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement.Text("access_token");
    }

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();

    [GeneratedRegex("action=\"([^\"]+)\"")]
    private static partial Regex Action();

    [GeneratedRegex("name=\"prompt\" value=\"([^\"]+)\"")]
    private static partial Regex Prompt();
}
