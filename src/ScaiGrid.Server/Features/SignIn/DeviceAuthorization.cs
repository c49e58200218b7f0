using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>POST /auth/device</c>: gives a device without a browser a code that a person types in elsewhere (RFC 8628).</summary>
internal static class DeviceAuthorization
{
    /// <param name="ExpiresIn">Seconds.</param>
    /// <param name="Interval">Seconds between two questions.</param>
    public sealed record Response(string DeviceCode, string UserCode, string VerificationUri, string VerificationUriComplete, int ExpiresIn, int Interval);

    public static void Map(IEndpointRouteBuilder auth) => auth
        .MapPost("/device", HandleAsync)
        .WithName("AuthorizeDevice")
        .WithSummary("Ask for a code to type in elsewhere")
        .AllowsAnybody();

    private static async Task<IResult> HandleAsync(OAuthForm form, HttpContext context, ClientAuthentication authentication, IssuerAddress issuer, Db db, TimeProvider clock)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!(await authentication.FindAsync(context, form.Parameters)).Succeeded(out var client, out var error))
        {
            return error.ToResult();
        }

        if (client.Public is not { DeviceCode: true })
        {
            return SignInErrors.UnauthorizedClient.With("This client does not ask with codes to type in.").ToResult();
        }

        var (deviceCode, userCode) = (OpaqueToken.Make(), DeviceLogin.MakeUserCode());
        db.DeviceLogins.Add(new()
        {
            DeviceCodeHash = OpaqueToken.HashOf(deviceCode),
            UserCodeHash = DeviceLogin.HashOfUserCode(userCode),
            ClientId = client.Id,
            Scope = Scopes.KnownOf(form.Parameters["scope"]),
            ExpiresAt = clock.GetUtcNow() + DeviceLogin.Lifetime,
        });
        await db.SaveChangesAsync(context.RequestAborted);
        var page = $"{issuer.Issuer}/activate";
        return Results.Json(
            new Response(deviceCode, userCode, page, $"{page}?user_code={userCode}", (int)DeviceLogin.Lifetime.TotalSeconds, DeviceLogin.FirstInterval), Json.Options);
    }
}
