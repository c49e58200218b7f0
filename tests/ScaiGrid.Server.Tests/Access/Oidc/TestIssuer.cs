using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace ScaiGrid.Server.Tests.Access.Oidc;

/// <summary>An OpenID provider on loopback, as far as a resource server sees one: discovery, keys, and tokens that it signs.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    public const string Audience = "scaigrid";

    private readonly WebApplication _app;
    private readonly List<RsaSecurityKey> _keys = [];

    private TestIssuer(WebApplication app, TimeProvider clock) => (_app, Clock) = (app, clock);

    public string Address => _app.Urls.First();

    public TimeProvider Clock { get; }

    /// <summary>True answers 503 to everything.</summary>
    public bool IsDown { get; set; }

    /// <summary>How often the keys were asked for.</summary>
    public int Fetches { get; private set; }

    public static async Task<TestIssuer> StartAsync(TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var issuer = new TestIssuer(builder.Build(), clock);
        issuer._app.Urls.Add("http://127.0.0.1:0");
        issuer._app.MapGet("/.well-known/openid-configuration", () => issuer.IsDown
            ? Results.StatusCode(503)
            : Results.Json(new Dictionary<string, string> { ["issuer"] = issuer.Address, ["jwks_uri"] = $"{issuer.Address}/keys" }));
        issuer._app.MapGet("/keys", () =>
        {
            issuer.Fetches++;
            return Results.Json(new { keys = issuer._keys.Select(Show) });
        });
        issuer.AddKey();
        await issuer._app.StartAsync();
        return issuer;
    }

    public Dictionary<string, string?> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Oidc:Mode"] = "external",
            ["Oidc:Authority"] = Address,
            ["Oidc:Audience"] = Audience,
            ["Oidc:RequireHttps"] = "false",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return settings;
    }

    public RsaSecurityKey AddKey()
    {
        var key = new RsaSecurityKey(RSA.Create(2048)) { KeyId = $"key-{_keys.Count + 1}" };
        _keys.Add(key);
        return key;
    }

    /// <summary>A good token, unless something about it is changed.</summary>
    public string Issue(string subject, Dictionary<string, object>? claims = null, Action<SecurityTokenDescriptor>? change = null)
    {
        var now = Clock.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Address,
            Audience = Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddHours(1),
            TokenType = "at+jwt",
            Claims = new Dictionary<string, object>(claims ?? []) { ["sub"] = subject },
            SigningCredentials = new(_keys[^1], SecurityAlgorithms.RsaSha256),
        };
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _keys.ForEach(k => k.Rsa.Dispose());
    }

    private static object Show(RsaSecurityKey key)
    {
        var rsa = key.Rsa.ExportParameters(false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = key.KeyId, n = Base64UrlEncoder.Encode(rsa.Modulus), e = Base64UrlEncoder.Encode(rsa.Exponent) };
    }
}
