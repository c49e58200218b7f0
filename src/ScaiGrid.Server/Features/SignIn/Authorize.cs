using Microsoft.AspNetCore.WebUtilities;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET|POST /auth/authorize</c>: gives a client a code for the person who is signed in, or lets the person sign in first.</summary>
internal static class Authorize
{
    public static readonly TimeSpan CodeLifetime = TimeSpan.FromMinutes(1);

    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/authorize", (HttpContext context, Handler handler) => handler.AnswerAsync(context, OAuthParameters.Read(context.Request.Query), agreed: false))
            .WithName("Authorize").WithSummary("Ask for an authorization code").AllowsAnybody();
        auth.MapPost("/authorize", (OAuthForm form, IssuerAddress issuer) => new SeeOther(QueryHelpers.AddQueryString($"{issuer.Path}/authorize", form.Parameters.All!)))
            .WithName("AuthorizeByForm").WithSummary("Ask for an authorization code").AllowsAnybody();
        auth.MapPost("/agree", AgreeAsync).WithName("Agree").WithSummary("Let an app on this machine go on as oneself").AllowsAnybody();
    }

    /// <summary>The answer to the page that <see cref="Handler"/> shows before an app on the person's own machine gets a code.</summary>
    private static async Task<IResult> AgreeAsync(OAuthForm form, HttpContext context, Forms forms, Handler handler) =>
        await forms.IsOursAsync(context)
            ? await handler.AnswerAsync(context, OAuthParameters.Read(QueryHelpers.ParseQuery(form.Parameters["request"])), agreed: true)
            : new Page("Something went wrong", Html.Of($"<p>{Forms.Forged}</p>"), StatusCodes.Status400BadRequest);

    internal sealed class Handler(Db db, Clients clients, BrowserSessions sessions, Forms forms, IssuerAddress issuer, SignInAudit audit, ServerOptions options, IdSource ids, TimeProvider clock)
    {
        public async Task<IResult> AnswerAsync(HttpContext context, Result<OAuthParameters> read, bool agreed)
        {
            if (!read.Succeeded(out var given, out var error) || !AuthorizationRequest.Address(given, clients).Succeeded(out var to, out error))
            {
                return new Page("This link does not work", Html.Of($"<p>{error.Message}</p><p>Go back to the app and try again.</p>"), StatusCodes.Status400BadRequest);
            }

            if (!AuthorizationRequest.Read(given, to).Succeeded(out var request, out error))
            {
                return Refuse(to, error);
            }

            var signedIn = await sessions.FindAsync(context);
            if (!request.Accepts(signedIn?.Session, clock.GetUtcNow()))
            {
                return request.Silent ? Refuse(to, SignInErrors.LoginRequired.With("Nobody is signed in.")) : new SeeOther(SignInAddress(given));
            }

            // Any program of the person's machine could pass for the one that asks (RFC 8252, section 8.6), so the person is asked.
            if (RedirectUris.IsLoopback(to.Uri) && !to.Uri.StartsWith($"{issuer.Root}/", StringComparison.Ordinal) && !agreed)
            {
                return request.Silent ? Refuse(to, SignInErrors.InteractionRequired.With("The person has to agree.")) : AskToAgree(context, to, given, signedIn!);
            }

            return new SeeOther(to.With(issuer.Issuer, ("code", await GrantAsync(request, signedIn!, context.RequestAborted))));
        }

        private SeeOther Refuse(ClientAddress to, Error error) =>
            new(to.With(issuer.Issuer, ("error", error.Type.OAuthCode), ("error_description", error.Message)));

        /// <summary>The sign-in page, which leads back here; by then the password has been given again, so that is not asked for twice.</summary>
        private string SignInAddress(OAuthParameters given)
        {
            var again = given.All.Where(p => p.Key != "prompt" && !(p.Key == "max_age" && p.Value == "0")).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value));
            return QueryHelpers.AddQueryString($"{issuer.Path}/sign-in", "return", QueryHelpers.AddQueryString($"{issuer.Path}/authorize", again));
        }

        private Page AskToAgree(HttpContext context, ClientAddress to, OAuthParameters given, SignedIn signedIn) => new(
            "Continue?",
            Html.Of($"""
                <p><strong>{to.Client.Name ?? to.Client.Id}</strong>, on this computer, wants to act as <strong>{signedIn.Account.User.Name}</strong> ({signedIn.Account.User.Email}).</p>
                <p>Continue only if you have just started it yourself.</p>
                <form method="post" action="{issuer.Path}/agree">{forms.Mark(context)}{Forms.Hidden("request", QueryString.Create(given.All!).Value ?? "")}
                <button>Continue</button></form>
                """),
            formTarget: Destination.FormTarget(to.Uri));

        private async Task<string> GrantAsync(AuthorizationRequest request, SignedIn signedIn, CancellationToken ct)
        {
            var now = clock.GetUtcNow();
            var offline = Scopes.KnownOf(request.Scope).Split(' ').Contains(Scopes.Offline);
            var grant = new Grant
            {
                Id = ids.New<Grant>(),
                UserId = signedIn.Account.User.Id,
                ClientId = request.To.Client.Id,
                Scope = request.Scope,
                SessionId = offline ? null : signedIn.Session.Id,
                PasswordMark = signedIn.Session.PasswordMark,
                AuthTime = signedIn.Session.AuthTime,
                RedirectUri = request.To.Uri,
                CodeChallenge = request.CodeChallenge,
                Nonce = request.Nonce,
                CreatedAt = now,
                ExpiresAt = offline ? now + options.Oidc.GrantLifetime : signedIn.Session.ExpiresAt,
            };
            var code = OpaqueToken.Make();
            db.Grants.Add(grant);
            db.GrantTokens.Add(new() { Hash = OpaqueToken.HashOf(code), GrantId = grant.Id, Kind = GrantTokenKind.Code, ExpiresAt = now + CodeLifetime });
            audit.Write("grant.create", signedIn.Account.User, grant.Id.Value);
            await db.SaveChangesAsync(ct);
            return code;
        }
    }
}
