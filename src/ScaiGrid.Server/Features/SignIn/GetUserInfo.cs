using Microsoft.IdentityModel.JsonWebTokens;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET|POST /auth/userinfo</c>: what the access token's scopes tell of its person (OpenID Connect Core 5.3).</summary>
internal static class GetUserInfo
{
    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/userinfo", HandleAsync).WithName("GetUserInfo").WithSummary("Who the access token stands for").RequiresSignIn();
        auth.MapPost("/userinfo", HandleAsync).WithName("GetUserInfoByPost").WithSummary("Who the access token stands for").RequiresSignIn();
    }

    private static async Task<IResult> HandleAsync(HttpContext context, Principal caller, Db db)
    {
        if (caller.SignIn != SignInMethod.Oidc)
        {
            return AccessErrors.TokenInvalid.With("This takes an access token.").ToResult();
        }

        var token = new JsonWebToken(context.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim()); // the gate has found it good
        var scopes = token.TryGetPayloadValue<string>("scope", out var scope) ? scope.Split(' ') : [];
        if (!scopes.Contains(Scopes.OpenId) || await Account.FindAsync(db, caller.UserId, context.RequestAborted) is not { } account)
        {
            return SignInErrors.InsufficientScope.With("The token was granted without the scope 'openid'.").ToResult();
        }

        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(TokenIssuer.ClaimsOf(account, scopes));
    }
}
