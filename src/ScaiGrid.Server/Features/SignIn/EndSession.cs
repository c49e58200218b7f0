using Microsoft.AspNetCore.WebUtilities;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET|POST /auth/end-session</c>: signs a browser out (OpenID Connect RP-Initiated Logout 1.0).</summary>
internal static class EndSession
{
    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/end-session", (HttpContext context, Handler handler) => handler.AnswerAsync(context, OAuthParameters.Read(context.Request.Query), agreed: false))
            .WithName("EndSession").WithSummary("Sign out").AllowsAnybody();
        auth.MapPost("/end-session", (OAuthForm form, IssuerAddress issuer) => new SeeOther(QueryHelpers.AddQueryString($"{issuer.Path}/end-session", form.Parameters.All!)))
            .WithName("EndSessionByForm").WithSummary("Sign out").AllowsAnybody();
        auth.MapPost("/sign-out", AgreeAsync).WithName("SignOut").WithSummary("Sign out, having been asked").AllowsAnybody();
    }

    private static async Task<IResult> AgreeAsync(OAuthForm form, HttpContext context, Forms forms, Handler handler) =>
        await forms.IsOursAsync(context)
            ? await handler.AnswerAsync(context, OAuthParameters.Read(QueryHelpers.ParseQuery(form.Parameters["request"])), agreed: true)
            : new Page("Something went wrong", Html.Of($"<p>{Forms.Forged}</p>"), StatusCodes.Status400BadRequest);

    internal sealed class Handler(Db db, Clients clients, BrowserSessions sessions, Forms forms, IssuerAddress issuer, SignInAudit audit)
    {
        public async Task<IResult> AnswerAsync(HttpContext context, Result<OAuthParameters> read, bool agreed)
        {
            if (!read.Succeeded(out var given, out var error))
            {
                return Wrong(error.Message);
            }

            var hint = given["id_token_hint"] is { } token ? await OwnTokens.ReadAsync(token, "JWT", context) : null;
            var clientId = hint?.Audiences.FirstOrDefault() ?? given["client_id"];
            if (given["client_id"] is { } named && named != clientId)
            {
                return Wrong("The id_token_hint is another client's.");
            }

            var target = given["post_logout_redirect_uri"];
            if (target is not null && !(clientId is not null && clients.Find(clientId) is { } client && RedirectUris.Matches(client.PostLogoutRedirectUris, target)))
            {
                return Wrong("The post_logout_redirect_uri is not an address of this client.");
            }

            if (await sessions.FindAsync(context) is { } signedIn)
            {
                if (!agreed && hint?.Subject != signedIn.Account.User.Id.Value)
                {
                    return Ask(context, given, signedIn, target);
                }

                await EndAsync(context, signedIn);
            }

            return target is null
                ? new Page("Signed out", Html.Of($"<p>You are signed out of ScaiGrid in this browser.</p>"))
                : new SeeOther(given["state"] is { } state ? QueryHelpers.AddQueryString(target, "state", state) : target);
        }

        private static Page Wrong(string message) => new("This link does not work", Html.Of($"<p>{message}</p>"), StatusCodes.Status400BadRequest);

        private Task<int> EndAsync(HttpContext context, SignedIn signedIn) => db.RetryOnConflictAsync(async () =>
        {
            await sessions.EndAsync(context);
            audit.Write("session.end", signedIn.Account.User, null);
            return await db.SaveChangesAsync(context.RequestAborted);
        });

        /// <summary>Without the proof that the client signed this person in, anybody's link would do.</summary>
        private Page Ask(HttpContext context, OAuthParameters given, SignedIn signedIn, string? target) => new(
            "Sign out?",
            Html.Of($"""
                <p>You are signed in as <strong>{signedIn.Account.User.Name}</strong> ({signedIn.Account.User.Email}).</p>
                <form method="post" action="{issuer.Path}/sign-out">{forms.Mark(context)}{Forms.Hidden("request", QueryString.Create(given.All!).Value ?? "")}
                <button>Sign out</button></form>
                """),
            formTarget: target is null ? null : Destination.FormTarget(target));
    }
}
