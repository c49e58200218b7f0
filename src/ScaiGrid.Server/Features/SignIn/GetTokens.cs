using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>POST /auth/token</c>: tokens for a code, a refresh token, a client's own credentials or a device code.</summary>
internal static class GetTokens
{
    public const string DeviceCode = "urn:ietf:params:oauth:grant-type:device_code";

    public static void Map(IEndpointRouteBuilder auth) => auth
        .MapPost("/token", HandleAsync)
        .WithName("GetTokens")
        .WithSummary("Get tokens")
        .AllowsAnybody();

    private static async Task<IResult> HandleAsync(OAuthForm form, HttpContext context, ClientAuthentication authentication, Redemptions redemptions, ClientCredentials credentials)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!(await authentication.FindAsync(context, form.Parameters)).Succeeded(out var client, out var error))
        {
            return error.ToResult();
        }

        Result<Tokens> answer = form.Parameters["grant_type"] switch
        {
            null => KernelErrors.Validation.At("grant_type", "is required"),
            "client_credentials" => await credentials.AnswerAsync(client, context.RequestAborted),
            not ("authorization_code" or "refresh_token" or DeviceCode) => SignInErrors.UnsupportedGrantType.With("grant_type is not one that is known here."),
            _ when client.Public is null => SignInErrors.UnauthorizedClient.With("A service client uses its own credentials only."),
            "authorization_code" => await redemptions.RedeemCodeAsync(client.Id, form.Parameters, context.RequestAborted),
            "refresh_token" => await redemptions.RefreshAsync(client.Id, form.Parameters, context.RequestAborted),
            _ => await redemptions.RedeemDeviceCodeAsync(client.Id, form.Parameters, context.RequestAborted),
        };
        return answer.Succeeded(out var tokens, out error) ? Results.Json(tokens, Json.Options) : error.ToResult();
    }
}

/// <summary>Tokens for a program that acts as itself.</summary>
internal sealed class ClientCredentials(Db db, TokenIssuer issuer, SignInAudit audit)
{
    public async Task<Result<Tokens>> AnswerAsync(AuthenticatedClient client, CancellationToken ct)
    {
        if (client.Service is not { } service)
        {
            return SignInErrors.UnauthorizedClient.With("A client without a secret acts for people only.");
        }

        var tenant = service.TenantId is { } id ? await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == id, ct) : null;
        if (!Principal.MaySignIn(service.AsUser(), tenant))
        {
            return SignInErrors.InvalidClient.With("The client's tenant is not active.");
        }

        audit.Write("service_client.sign_in", service);
        await db.SaveChangesAsync(ct);
        return await issuer.ForClientAsync(service, ct);
    }
}
