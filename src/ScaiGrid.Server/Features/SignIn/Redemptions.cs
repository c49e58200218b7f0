using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Turns what a client holds of a grant into tokens, once.</summary>
internal sealed class Redemptions(Db db, TokenIssuer issuer, SignInAudit audit, TimeProvider clock)
{
    private const int MinVerifier = 43, MaxVerifier = 128;

    /// <summary>Whether the client that redeems the code is the one that asked for it, at the address that it named.</summary>
    internal static Error? Refuse(Grant grant, string? redirectUri, string? verifier) =>
        grant.RedirectUri != redirectUri ? SignInErrors.InvalidGrant.With("redirect_uri is not the one that the code was sent to.")
        : verifier is not { Length: >= MinVerifier and <= MaxVerifier } || !Proves(verifier, grant.CodeChallenge!) ? SignInErrors.InvalidGrant.With("code_verifier is not the one that code_challenge was made of.")
        : null;

    public Task<Result<Tokens>> RedeemCodeAsync(string clientId, OAuthParameters form, CancellationToken ct) =>
        RedeemAsync(clientId, form["code"], "code", GrantTokenKind.Code, grant => Refuse(grant, form["redirect_uri"], form["code_verifier"]), null, ct);

    public Task<Result<Tokens>> RefreshAsync(string clientId, OAuthParameters form, CancellationToken ct) =>
        RedeemAsync(clientId, form["refresh_token"], "refresh_token", GrantTokenKind.Refresh, _ => null, form["scope"], ct);

    public async Task<Result<Tokens>> RedeemDeviceCodeAsync(string clientId, OAuthParameters form, CancellationToken ct)
    {
        if (form["device_code"] is not { Length: <= OpaqueToken.MaxLength } code)
        {
            return KernelErrors.Validation.At("device_code", "is required");
        }

        var hash = OpaqueToken.HashOf(code);
        return await db.RetryOnConflictAsync<Result<Tokens>>(async () =>
        {
            var login = await db.DeviceLogins.SingleOrDefaultAsync(d => d.DeviceCodeHash == hash, ct);
            var refused = login is null ? SignInErrors.InvalidGrant.With("The device code is unknown or was used.") : login.Ask(clientId, clock.GetUtcNow());
            if (refused is not null)
            {
                await db.SaveChangesAsync(ct);
                return refused;
            }

            var grant = await db.Grants.SingleAsync(g => g.Id == login!.GrantId, ct);
            db.DeviceLogins.Remove(login!);
            return await FinishAsync(grant, grant.Scope, ct);
        });
    }

    private static bool Proves(string verifier, string challenge) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)))), Encoding.ASCII.GetBytes(challenge));

    private async Task<Result<Tokens>> RedeemAsync(
        string clientId, string? given, string name, GrantTokenKind kind, Func<Grant, Error?> refuse, string? wantedScope, CancellationToken ct)
    {
        if (given is not { Length: <= OpaqueToken.MaxLength })
        {
            return KernelErrors.Validation.At(name, "is required");
        }

        var hash = OpaqueToken.HashOf(given);
        return await db.RetryOnConflictAsync<Result<Tokens>>(async () =>
        {
            var token = await db.GrantTokens.SingleOrDefaultAsync(t => t.Hash == hash, ct);
            var grant = token is null ? null : await db.Grants.SingleAsync(g => g.Id == token.GrantId, ct);
            if (token is null || grant is null)
            {
                return SignInErrors.InvalidGrant.With("It is unknown, expired, revoked or another client's.");
            }

            var scope = wantedScope is null ? grant.Scope : Scopes.KnownOf(wantedScope);
            var refused = token.UsedAt is null && scope.Split(' ').Except(grant.Scope.Split(' ')).Any() ? SignInErrors.InvalidScope.With("scope has words that were not granted.")
                : (token.UsedAt is null ? refuse(grant) : null) ?? token.Use(grant, kind, clientId, clock.GetUtcNow());
            return refused is null ? await FinishAsync(grant, scope, ct) : await RefuseAsync(refused, grant, ct);
        });
    }

    /// <summary>Saves what the refusal did to the grant.</summary>
    private async Task<Result<Tokens>> RefuseAsync(Error refused, Grant grant, CancellationToken ct)
    {
        if (db.Entry(grant).Property(g => g.RevokedAt).IsModified)
        {
            audit.Write("grant.revoke", await db.Users.SingleAsync(u => u.Id == grant.UserId, ct), grant.Id.Value, "REUSED");
            await db.SaveChangesAsync(ct);
        }

        return refused;
    }

    /// <summary>The tokens, with the next refresh token, when the person may still sign in.</summary>
    private async Task<Result<Tokens>> FinishAsync(Grant grant, string scope, CancellationToken ct)
    {
        if (await Account.FindAsync(db, grant.UserId, ct) is not { } account || !grant.IsGood(account.User, clock.GetUtcNow()))
        {
            return SignInErrors.InvalidGrant.With("The account is not active, or its password has changed.");
        }

        var refresh = OpaqueToken.Make();
        db.GrantTokens.Add(new() { Hash = OpaqueToken.HashOf(refresh), GrantId = grant.Id, Kind = GrantTokenKind.Refresh, ExpiresAt = grant.ExpiresAt });
        await db.SaveChangesAsync(ct);
        return await issuer.ForPersonAsync(account, grant, scope, refresh, ct);
    }
}
