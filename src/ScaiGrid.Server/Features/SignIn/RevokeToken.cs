using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>POST /auth/revoke</c>: ends the grant that a refresh or access token came of, with all its tokens (RFC 7009).</summary>
internal static class RevokeToken
{
    public static void Map(IEndpointRouteBuilder auth) => auth
        .MapPost("/revoke", HandleAsync)
        .WithName("RevokeToken")
        .WithSummary("Revoke a token and all that came with it")
        .AllowsAnybody();

    private static async Task<IResult> HandleAsync(
        OAuthForm form, HttpContext context, ClientAuthentication authentication, Db db, SignInAudit audit, TimeProvider clock)
    {
        if (!(await authentication.FindAsync(context, form.Parameters)).Succeeded(out var client, out var error))
        {
            return error.ToResult();
        }

        if (form.Parameters["token"] is not { } token)
        {
            return KernelErrors.Validation.At("token", "is required").ToResult();
        }

        if (client.Public is null)
        {
            return SignInErrors.UnsupportedTokenType.With("A service client's tokens end by themselves, or with the client.").ToResult();
        }

        await db.RetryOnConflictAsync(async () =>
        {
            if (await FindAsync(db, token, context) is { RevokedAt: null } grant && grant.ClientId == client.Id)
            {
                grant.Revoke(clock.GetUtcNow());
                audit.Write("grant.revoke", await db.Users.SingleAsync(u => u.Id == grant.UserId, context.RequestAborted), grant.Id.Value);
            }

            return await db.SaveChangesAsync(context.RequestAborted);
        });
        return Results.Ok(); // also for what was never ours: the client wanted it gone, and it is
    }

    private static async Task<Grant?> FindAsync(Db db, string token, HttpContext context)
    {
        if (token.Length <= OpaqueToken.MaxLength)
        {
            var hash = OpaqueToken.HashOf(token);
            return await db.GrantTokens.Where(t => t.Hash == hash).Join(db.Grants, t => t.GrantId, g => g.Id, (_, g) => g).SingleOrDefaultAsync(context.RequestAborted);
        }

        return await OwnTokens.ReadAsync(token, EmbeddedIssuer.AccessTokenType, context) is { } read && read.TryGetPayloadValue<string>(EmbeddedIssuer.GrantClaim, out var grant)
            ? await db.Grants.FindAsync([new Id<Grant>(grant)], context.RequestAborted)
            : null;
    }
}

/// <summary>Reads what this issuer signed, whether or not it has expired.</summary>
internal static class OwnTokens
{
    private static readonly JsonWebTokenHandler Handler = new() { MaximumTokenSizeInBytes = OidcTokens.MaxLength };

    /// <param name="type">Its <c>typ</c>.</param>
    /// <returns>Null for anything that this issuer did not sign, or not with a key that it still has.</returns>
    public static async Task<JsonWebToken?> ReadAsync(string token, string type, HttpContext context)
    {
        var ring = await context.RequestServices.GetRequiredService<SigningKeys>().GetAsync(context.RequestAborted);
        var result = await Handler.ValidateTokenAsync(token, new()
        {
            ValidIssuer = context.RequestServices.GetRequiredService<IssuerAddress>().Issuer,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            IssuerSigningKeys = ring.All,
            ValidateAudience = false, // any client's
            ValidateLifetime = false,
        });
        return result is { IsValid: true, SecurityToken: JsonWebToken read } && read.Typ == type ? read : null;
    }
}
