using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>
/// The principals behind access tokens of the issuer (RFC 9068 and plain JWT). A token is validated once and its principal kept
/// until it expires or anything about access changes, so that a suspended user stops at once.
/// </summary>
internal sealed class OidcTokens
{
    public const int MaxLength = 16 * 1024;

    /// <summary>How far the issuer's clock may be off.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private const int MaxKept = 10_000;

    private static readonly string[] Algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxLength };
    private readonly IIssuer _issuer;
    private readonly TimeProvider _clock;
    private ConcurrentDictionary<string, Principal> _known = new();

    public OidcTokens(IIssuer issuer, ChangeStamps stamps, TimeProvider clock)
    {
        (_issuer, _clock) = (issuer, clock);
        stamps.Keep(Stamped.Access | Stamped.Tokens, _ =>
        {
            _known = new(); // a whole new one: a sign-in that is under way must not put back what is stale
            return Task.CompletedTask;
        });
    }

    public async ValueTask<Result<Principal>> FindAsync(ReadOnlyMemory<char> token, CancellationToken ct)
    {
        if (token.Length is 0 or > MaxLength)
        {
            return Invalid("The token is unknown, expired or revoked.");
        }

        var hash = HashOf(token.Span);
        var known = _known;
        if (known.TryGetValue(hash, out var principal))
        {
            return principal;
        }

        var signedIn = await ValidateAsync(token.ToString(), ct);
        if (signedIn.Succeeded(out principal, out _))
        {
            if (known.Count >= MaxKept)
            {
                known.Clear();
            }

            known[hash] = principal;
        }

        return signedIn;
    }

    private async Task<Result<Principal>> ValidateAsync(string text, CancellationToken ct)
    {
        JsonWebToken token;
        try
        {
            token = _handler.ReadJsonWebToken(text);
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            return Invalid("The token is neither an API key nor a JWT.");
        }

        if (!Algorithms.Contains(token.Alg) || !IsAccessToken(token.Typ))
        {
            return Invalid("The token's type or algorithm is not accepted.");
        }

        if (await _issuer.GetAsync(ct) is not { } issuer)
        {
            return KernelErrors.Unavailable.With("The issuer of access tokens cannot be reached just now.") with { RetryAfter = 10 };
        }

        if (!Knows(issuer, token))
        {
            issuer = await _issuer.NewerAsync(issuer, ct);
        }

        var result = await _handler.ValidateTokenAsync(token, Rules(issuer, token));
        if (!result.IsValid)
        {
            return Invalid(result.Exception switch
            {
                SecurityTokenExpiredException or SecurityTokenInvalidLifetimeException => "The token has expired or is not valid yet.",
                SecurityTokenInvalidAudienceException => "The token is for another audience.",
                SecurityTokenInvalidIssuerException => "The token is from another issuer.",
                _ => "The token's signature is not valid.",
            });
        }

        using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(token.EncodedPayload), new() { MaxDepth = 16 });
        var signedIn = await _issuer.SignInAsync(token, payload.RootElement, ct);
        return signedIn.Succeeded(out var principal, out var error) ? principal with { ExpiresAt = token.ValidTo + ClockSkew } : error;
    }

    private TokenValidationParameters Rules(OpenIdConnectConfiguration issuer, JsonWebToken token) => new()
    {
        ValidIssuer = issuer.Issuer,
        ValidAudience = _issuer.Audience,
        ValidAlgorithms = Algorithms,
        IssuerSigningKeys = KeysFor(issuer, token),
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = (from, until, _, _) =>
            until is { } end && _clock.GetUtcNow().UtcDateTime < end + ClockSkew && (from is not { } start || _clock.GetUtcNow().UtcDateTime >= start - ClockSkew),
    };

    /// <summary>Logout tokens, DPoP proofs and the like are JWTs of the same issuer too, and none of them is for us.</summary>
    private static bool IsAccessToken(string? type) =>
        string.IsNullOrEmpty(type) || type.Equals("JWT", StringComparison.OrdinalIgnoreCase)
        || type.Equals("at+jwt", StringComparison.OrdinalIgnoreCase) || type.Equals("application/at+jwt", StringComparison.OrdinalIgnoreCase);

    private static bool Knows(OpenIdConnectConfiguration issuer, JsonWebToken token) => KeysFor(issuer, token).Any();

    private static IEnumerable<SecurityKey> KeysFor(OpenIdConnectConfiguration issuer, JsonWebToken token) =>
        issuer.SigningKeys.Where(k => k is not SymmetricSecurityKey && (string.IsNullOrEmpty(token.Kid) || k.KeyId == token.Kid));

    private static string HashOf(ReadOnlySpan<char> token)
    {
        Span<byte> utf8 = stackalloc byte[1024];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var rest = token; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, 256)..])
        {
            sha.AppendData(utf8[..Encoding.UTF8.GetBytes(rest[..Math.Min(rest.Length, 256)], utf8)]);
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        sha.GetHashAndReset(hash);
        return Convert.ToHexStringLower(hash);
    }

    private static Error Invalid(string message) => AccessErrors.TokenInvalid.With(message);
}
