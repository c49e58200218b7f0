using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>GET|POST /auth/sign-in</c>: the page where a person gives the password.</summary>
internal static class SignInPage
{
    public static void Map(IEndpointRouteBuilder auth)
    {
        auth.MapGet("/sign-in", Show).WithName("ShowSignIn").WithSummary("The sign-in page").AllowsAnybody();
        auth.MapPost("/sign-in", HandleAsync).WithName("SignIn").WithSummary("Sign in with a password").AllowsAnybody();
    }

    private static Page Show(HttpContext context, Forms forms, IssuerAddress issuer, Clients clients)
    {
        var to = Destination.Parse(context.Request.Query["return"], issuer, clients);
        return Render(context, forms, issuer, to, to.LoginHint, null, StatusCodes.Status200OK);
    }

    private static async Task<IResult> HandleAsync(
        OAuthForm form, HttpContext context, Forms forms, IssuerAddress issuer, Clients clients, PasswordSignIn passwords, BrowserSessions sessions, SignInAudit audit, Db db)
    {
        var to = Destination.Parse(form.Parameters["return"], issuer, clients);
        var login = form.Parameters["login"];
        if (!await forms.IsOursAsync(context))
        {
            return Render(context, forms, issuer, to, login, Forms.Forged, StatusCodes.Status400BadRequest);
        }

        var given = await passwords.CheckAsync(login ?? "", form.Parameters["password"] ?? "", context);
        if (!given.Succeeded(out var account, out var error))
        {
            context.Response.Headers.RetryAfter = error.RetryAfter?.ToString(System.Globalization.CultureInfo.InvariantCulture);
            return Render(context, forms, issuer, to, login, error.Message, error.RetryAfter is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status429TooManyRequests);
        }

        await db.RetryOnConflictAsync(async () =>
        {
            await sessions.BeginAsync(context, account.User);
            audit.Write("session.create", account.User, null);
            return await db.SaveChangesAsync(context.RequestAborted);
        });
        return new SeeOther(to.Path);
    }

    private static Page Render(HttpContext context, Forms forms, IssuerAddress issuer, Destination to, string? login, string? problem, int status) => new(
        "Sign in",
        Html.Of($"""
            <p>{(to.To is { Client: var waiting } ? $"to continue to {waiting.Name ?? waiting.Id}" : "with your ScaiGrid account")}</p>
            {(problem is null ? Html.None : Html.Of($"""<p class="bad" role="alert" id="problem">{problem}</p>"""))}
            <form method="post" action="{issuer.Path}/sign-in">{forms.Mark(context)}{Forms.Hidden("return", to.Path)}
            <label for="login">Email</label>
            <input id="login" name="login" value="{login}" maxlength="400" autocomplete="username" autocapitalize="none" spellcheck="false" required {new Html(login is null ? "autofocus" : "")}>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" maxlength="256" autocomplete="current-password" required {new Html(login is null ? "" : "autofocus")}>
            <button>Sign in</button></form>
            """),
        status,
        to.To is { } client ? Destination.FormTarget(client.Uri) : null);
}
