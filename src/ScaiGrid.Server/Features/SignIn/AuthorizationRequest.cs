using System.Buffers.Text;
using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Where a client is answered: an address that is known to be its own.</summary>
internal sealed record ClientAddress(OidcClient Client, string Uri, string? State)
{
    /// <summary>The address with what the client is told, the issuer's own name among it (RFC 9207).</summary>
    public string With(string issuer, params ReadOnlySpan<(string Name, string? Value)> told)
    {
        var uri = Uri;
        foreach (var (name, value) in (ReadOnlySpan<(string, string?)>)[.. told, ("state", State), ("iss", issuer)])
        {
            uri = value is null ? uri : QueryHelpers.AddQueryString(uri, name, value);
        }

        return uri;
    }
}

/// <summary>What a client asks the authorization endpoint for (RFC 6749, RFC 7636, OpenID Connect Core 3.1.2.1).</summary>
/// <param name="Scope">The words that this issuer knows.</param>
/// <param name="CodeChallenge">Base64url SHA-256 of the verifier that the client will show.</param>
/// <param name="Silent">True when no page may be shown.</param>
/// <param name="Again">True when whoever is signed in has to give the password again.</param>
/// <param name="MaxAge">How long ago the password may have been given; null = any time.</param>
internal sealed record AuthorizationRequest(
    ClientAddress To, string Scope, string CodeChallenge, string? Nonce, bool Silent, bool Again, TimeSpan? MaxAge, string? LoginHint)
{
    public const int MaxText = 512;

    private const int ChallengeLength = 43;

    private static readonly string[] Prompts = ["none", "login", "consent", "select_account"];

    /// <summary>Where the client may be answered; an address that is not known to be its own gets no answer at all.</summary>
    public static Result<ClientAddress> Address(OAuthParameters given, Clients clients)
    {
        if (given["client_id"] is not { } id || clients.Find(id) is not { } client)
        {
            return SignInErrors.InvalidClient.With("The client_id is not one that is known here.");
        }

        return given["redirect_uri"] is not { } uri || !RedirectUris.Matches(client.RedirectUris, uri)
            ? KernelErrors.Validation.At("redirect_uri", "is not an address of this client")
            : new ClientAddress(client, uri, given["state"]);
    }

    /// <summary>The request itself, or what the client is told instead.</summary>
    public static Result<AuthorizationRequest> Read(OAuthParameters given, ClientAddress to)
    {
        if (given.Has("request", out _) || given.Has("request_uri", out _))
        {
            return (given.Has("request", out _) ? SignInErrors.RequestNotSupported : SignInErrors.RequestUriNotSupported).With("Send the parameters themselves.");
        }

        if (given["response_type"] != "code")
        {
            return given.Has("response_type", out _)
                ? SignInErrors.UnsupportedResponseType.With("response_type must be 'code'.")
                : KernelErrors.Validation.At("response_type", "is required");
        }

        var prompts = given["prompt"]?.Split(' ') ?? [];
        var maxAge = 0;
        var fault =
            given["response_mode"] is not (null or "query") ? "response_mode must be 'query'."
            : given["code_challenge"] is not { Length: ChallengeLength } challenge || !Base64Url.IsValid(challenge) ? "code_challenge is required: base64url SHA-256 (RFC 7636)."
            : given["code_challenge_method"] != "S256" ? "code_challenge_method must be 'S256'."
            : prompts.Except(Prompts).Any() ? $"prompt must be of {string.Join(", ", Prompts)}."
            : prompts.Contains("none") && prompts.Length > 1 ? "prompt 'none' stands alone."
            : given["max_age"] is { } age && !int.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out maxAge) ? "max_age must be a whole number of seconds."
            : given["nonce"]?.Length > MaxText || to.State?.Length > MaxText ? $"nonce and state may have at most {MaxText} characters."
            : null;
        return fault is not null ? KernelErrors.Validation.With(fault) : new AuthorizationRequest(
            to,
            Scopes.KnownOf(given["scope"]),
            given["code_challenge"]!,
            given["nonce"],
            Silent: prompts.Contains("none"),
            Again: prompts.Contains("login") || prompts.Contains("select_account") || given["max_age"] == "0",
            given.Has("max_age", out _) && maxAge > 0 ? TimeSpan.FromSeconds(maxAge) : null,
            given["login_hint"] is { Length: <= MaxText } hint ? hint : null);
    }

    /// <summary>Whether the session will do, or its person has to give the password.</summary>
    public bool Accepts(Session? session, DateTimeOffset now) => session is not null && !Again && (MaxAge is not { } age || now < session.AuthTime + age);
}
