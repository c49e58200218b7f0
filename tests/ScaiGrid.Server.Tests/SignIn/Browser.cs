using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.WebUtilities;
using ScaiGrid.Server.Tests.Host;
using static System.Buffers.Text.Base64Url;

namespace ScaiGrid.Server.Tests.SignIn;

/// <summary>A browser with a person before it, and the client that sent them there: what both do to get tokens of the embedded issuer.</summary>
internal sealed partial class Browser(TestServer server) : IDisposable
{
    public const string Client = "scaigrid-web", Redirect = "http://127.0.0.1:8080/signed-in";

    public static readonly string Verifier = new('v', 43);

    private static readonly string Challenge = EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    private readonly HttpClient _http = server.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false, HandleCookies = true });

    public HttpClient Http => _http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The address of a request for a code; null takes a parameter out.</summary>
    public static string Authorize(params (string Name, string? Value)[] other)
    {
        var query = new Dictionary<string, string?>
        {
            ["client_id"] = Client,
            ["redirect_uri"] = Redirect,
            ["response_type"] = "code",
            ["scope"] = "openid profile email",
            ["state"] = "the state",
            ["nonce"] = "the nonce",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in other)
        {
            query[name] = value;
        }

        return QueryHelpers.AddQueryString("/auth/authorize", query.Where(q => q.Value is not null));
    }

    /// <summary>Goes to an address, and on where it leads, as long as that is on this server.</summary>
    public async Task<Seen> GoAsync(string path, Dictionary<string, string>? form = null)
    {
        for (var step = 0; step < 10; step++)
        {
            using var request = new HttpRequestMessage(form is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = form is null ? null : new FormUrlEncodedContent(form) };
            using var response = await _http.SendAsync(request, Cancel);
            form = null;
            if (response.Headers.Location?.OriginalString is not { } next)
            {
                return new(path, response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value)));
            }

            path = next;
            if (!next.StartsWith('/'))
            {
                return new(next, response.StatusCode, "", []);
            }
        }

        throw new InvalidOperationException($"Round in circles, last at {path}.");
    }

    /// <summary>Fills in the form that is shown and sends it.</summary>
    public Task<Seen> SubmitAsync(Seen page, params (string Name, string Value)[] typed)
    {
        var form = HiddenField().Matches(page.Body).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        foreach (var (name, value) in typed)
        {
            form[name] = value;
        }

        return GoAsync(WebUtility.HtmlDecode(FormAction().Match(page.Body).Groups[1].Value), form);
    }

    public async Task<Seen> SignInAsync(string login, string password, string? at = null) =>
        await SubmitAsync(await GoAsync(at ?? Authorize()), ("login", login), ("password", password));

    /// <summary>Asks the token endpoint.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> TokenAsync(params (string Name, string? Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Name, f.Value!)));
        using var response = await _http.PostAsync(new Uri("/auth/token", UriKind.Relative), content, Cancel);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement);
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> RedeemAsync(string? code) => TokenAsync(
        ("grant_type", "authorization_code"), ("client_id", Client), ("code", code), ("redirect_uri", Redirect), ("code_verifier", Verifier));

    /// <summary>All the way from the sign-in page to tokens.</summary>
    public async Task<JsonElement> TokensAsync(string login, string password, params (string Name, string? Value)[] other)
    {
        var (status, tokens) = await RedeemAsync((await SignInAsync(login, password, Authorize(other))).Query("code"));
        Assert.True(status == HttpStatusCode.OK, tokens.ToString());
        return tokens;
    }

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]+)\"")]
    private static partial Regex FormAction();
}

/// <summary>What a browser shows, or the client's address that it was sent to.</summary>
internal sealed record Seen(string Address, HttpStatusCode Status, string Body, Dictionary<string, string> Headers)
{
    public string? Query(string name) =>
        Address.Contains('?', StringComparison.Ordinal) && QueryHelpers.ParseQuery(Address[Address.IndexOf('?')..]).TryGetValue(name, out var value) ? value.ToString() : null;
}
