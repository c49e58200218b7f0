using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET|POST /auth/activate</c>: the page where a person types in a device's code, sees what it asks for, and says yes or no.</summary>
internal static class Activate
{
    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/activate", (HttpContext context, Handler handler) => handler.ShowAsync(context)).WithName("ShowActivation").WithSummary("The page for a device's code").AllowsAnybody();
        auth.MapPost("/activate", (OAuthForm form, HttpContext context, Handler handler) => handler.AnswerAsync(context, form.Parameters))
            .WithName("Activate").WithSummary("Let a device go on as oneself, or not").AllowsAnybody();
    }

    internal sealed class Handler(
        Db db, Clients clients, BrowserSessions sessions, LockOuts lockOuts, Forms forms, IssuerAddress issuer, SignInAudit audit, ServerOptions options, IdSource ids, TimeProvider clock)
    {
        public async Task<IResult> ShowAsync(HttpContext context)
        {
            var code = context.Request.Query["user_code"] is [{ Length: > 0 and <= 40 } one] ? one : null;
            if (await sessions.FindAsync(context) is not { } signedIn)
            {
                var back = code is null ? $"{issuer.Path}/activate" : QueryHelpers.AddQueryString($"{issuer.Path}/activate", "user_code", code);
                return new SeeOther(QueryHelpers.AddQueryString($"{issuer.Path}/sign-in", "return", back));
            }

            if (code is null)
            {
                return AskForCode(null, StatusCodes.Status200OK);
            }

            return (await db.RetryOnConflictAsync(() => FindAsync(context, code))).Succeeded(out var login, out var error)
                ? AskToAllow(context, login, code, signedIn)
                : AskForCode(error.Message, error.Type.Kind.Status);
        }

        public async Task<IResult> AnswerAsync(HttpContext context, OAuthParameters form)
        {
            var code = form["user_code"] ?? "";
            if (!await forms.IsOursAsync(context) || await sessions.FindAsync(context) is not { } signedIn)
            {
                return AskForCode(Forms.Forged, StatusCodes.Status400BadRequest);
            }

            var allowed = form["answer"] == "allow";
            var answered = await db.RetryOnConflictAsync<Result<DeviceLogin>>(async () =>
            {
                if (!(await FindAsync(context, code)).Succeeded(out var login, out var error))
                {
                    return error;
                }

                Answer(login, allowed, signedIn);
                await db.SaveChangesAsync(context.RequestAborted);
                return login;
            });
            return answered.Succeeded(out _, out var refused)
                ? new Page(allowed ? "Signed in" : "Refused", Html.Of($"<p>You may close this page and go back to your device.</p>"))
                : AskForCode(refused.Message, refused.Type.Kind.Status);
        }

        private void Answer(DeviceLogin login, bool allowed, SignedIn signedIn)
        {
            if (!allowed)
            {
                login.Deny();
                audit.Write("grant.create", signedIn.Account.User, null, SignInErrors.AccessDenied.Code);
                return;
            }

            var grant = new Grant
            {
                Id = ids.New<Grant>(),
                UserId = signedIn.Account.User.Id,
                ClientId = login.ClientId,
                Scope = login.Scope,
                PasswordMark = signedIn.Session.PasswordMark,
                AuthTime = signedIn.Session.AuthTime,
                CreatedAt = clock.GetUtcNow(),
                ExpiresAt = clock.GetUtcNow() + options.Oidc.GrantLifetime,
            };
            db.Grants.Add(grant);
            login.Allow(grant.Id);
            audit.Write("grant.create", signedIn.Account.User, grant.Id.Value);
        }

        /// <summary>The device that waits with that code. Wrong ones are counted for the address, so that nobody can try them all.</summary>
        private async Task<Result<DeviceLogin>> FindAsync(HttpContext context, string code)
        {
            LockOut[] counted = [lockOuts.OfAddress(RateLimits.NetworkOf(context.Connection.RemoteIpAddress))];
            if (await lockOuts.FindAsync(counted, context.RequestAborted) is { } locked)
            {
                return locked;
            }

            var (hash, now) = (DeviceLogin.HashOfUserCode(code), clock.GetUtcNow());
            if (await db.DeviceLogins.SingleOrDefaultAsync(d => d.UserCodeHash == hash && d.Answer == DeviceAnswer.Pending && d.ExpiresAt > now, context.RequestAborted) is { } login)
            {
                return login;
            }

            foreach (var one in await lockOuts.AddAsync(counted, context.RequestAborted))
            {
                audit.Write(one.Action, null, null, "LOCKED");
            }

            await db.SaveChangesAsync(context.RequestAborted);
            return KernelErrors.Validation.With("The code is wrong, was used, or has expired.");
        }

        private Page AskForCode(string? problem, int status) => new(
            "Connect a device",
            Html.Of($"""
                <p>Type in the code that your device shows.</p>
                {(problem is null ? Html.None : Html.Of($"""<p class="bad" role="alert" id="problem">{problem}</p>"""))}
                <form method="get" action="{issuer.Path}/activate"><label for="user_code">Code</label>
                <input id="user_code" name="user_code" class="code" maxlength="20" autocomplete="off" spellcheck="false" placeholder="BCDF-GHJK" required autofocus>
                <button>Go on</button></form>
                """),
            status);

        private Page AskToAllow(HttpContext context, DeviceLogin login, string code, SignedIn signedIn) => new(
            "Connect a device?",
            Html.Of($"""
                <p><strong>{clients.Find(login.ClientId)?.Name ?? login.ClientId}</strong> wants to act as <strong>{signedIn.Account.User.Name}</strong> ({signedIn.Account.User.Email}).</p>
                <p>Go on only if your own device shows <span class="code">{code}</span>.</p>
                <form method="post" action="{issuer.Path}/activate">{forms.Mark(context)}{Forms.Hidden("user_code", code)}
                <button name="answer" value="allow">Allow</button><button class="quiet" name="answer" value="deny">Refuse</button></form>
                """));
    }
}
