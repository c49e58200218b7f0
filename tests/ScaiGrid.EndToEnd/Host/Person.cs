using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using static System.Buffers.Text.Base64Url;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>Signs people in at the server's own sign-in page, where its command line sent them.</summary>
internal static partial class Person
{
    public const string Password = "a password of one's own";

    private const string Client = "scai", Redirect = "http://127.0.0.1:9/callback"; // where nobody listens: the code is read from the address

    /// <returns>A client that bears the person's access token.</returns>
    public static async Task<HttpClient> SignInAsync(ServerProcess server, string email)
    {
        var (cancel, verifier) = (TestContext.Current.CancellationToken, new string('v', 43));
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = server.Url };
        var asked = $"/auth/authorize?response_type=code&client_id={Client}&redirect_uri={Uri.EscapeDataString(Redirect)}&scope=openid&state=s"
            + $"&code_challenge_method=S256&code_challenge={EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))}";
        var shown = await FollowAsync(browser, await browser.GetAsync(new Uri(asked, UriKind.Relative), cancel));
        shown = await SubmitAsync(browser, shown, ("login", email), ("password", Password));
        var sent = shown.StatusCode == HttpStatusCode.OK ? await SubmitAsync(browser, shown) : shown; // a program on one's own computer has to be agreed to
        var code = Code().Match(sent.Headers.Location?.OriginalString ?? "").Groups[1].Value;
        Assert.True(code.Length > 0, $"{email} was not signed in: {sent.StatusCode} {await sent.Content.ReadAsStringAsync(cancel)}");

        using var redeemed = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["client_id"] = Client,
            ["code"] = code,
            ["redirect_uri"] = Redirect,
            ["code_verifier"] = verifier,
        });
        using var tokens = await browser.PostAsync(new Uri("/auth/token", UriKind.Relative), redeemed, cancel);
        return server.ClientFor(JsonDocument.Parse(await tokens.Content.ReadAsStringAsync(cancel)).RootElement.Text("access_token"));
    }

    /// <summary>Fills in the form that is shown and sends it.</summary>
    private static async Task<HttpResponseMessage> SubmitAsync(HttpClient browser, HttpResponseMessage page, params (string Name, string Value)[] typed)
    {
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var form = HiddenField().Matches(html).ToDictionary(m => m.Groups[1].Value, m => WebUtility.HtmlDecode(m.Groups[2].Value));
        foreach (var (name, value) in typed)
        {
            form[name] = value;
        }

        using var content = new FormUrlEncodedContent(form);
        var action = new Uri(WebUtility.HtmlDecode(FormAction().Match(html).Groups[1].Value), UriKind.Relative);
        return await FollowAsync(browser, await browser.PostAsync(action, content, TestContext.Current.CancellationToken));
    }

    /// <summary>Goes on within the server, up to a page or to the address that the code is sent to.</summary>
    private static async Task<HttpResponseMessage> FollowAsync(HttpClient browser, HttpResponseMessage response)
    {
        while (response.Headers.Location is { } next && !next.OriginalString.StartsWith(Redirect, StringComparison.Ordinal))
        {
            response.Dispose();
            response = await browser.GetAsync(next, TestContext.Current.CancellationToken);
        }

        return response;
    }

    [GeneratedRegex("type=\"hidden\" name=\"([^\"]+)\" value=\"([^\"]*)\"")]
    private static partial Regex HiddenField();

    [GeneratedRegex("<form method=\"post\" action=\"([^\"]+)\"")]
    private static partial Regex FormAction();

    [GeneratedRegex("[?&]code=([^&]+)")]
    private static partial Regex Code();
}
