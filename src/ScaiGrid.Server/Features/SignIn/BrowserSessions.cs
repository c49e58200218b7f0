using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Who is signed in in a browser.</summary>
internal sealed record SignedIn(Session Session, Account Account);

/// <summary>
/// The cookie of a signed-in browser. Scripts cannot read it, other sites' forms do not send it, and over TLS no other host can set it.
/// </summary>
internal sealed class BrowserSessions(Db db, IssuerAddress address, ServerOptions options, TimeProvider clock)
{
    private string CookieName => address.IsHttps ? "__Host-scaigrid-session" : "scaigrid-session";

    public async Task<SignedIn?> FindAsync(HttpContext context)
    {
        if (IdOf(context) is not { } id)
        {
            return null;
        }

        var session = await db.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, context.RequestAborted);
        var account = session is null ? null : await Account.FindAsync(db, session.UserId, context.RequestAborted);
        return account is not null && session!.IsGood(account.User, clock.GetUtcNow()) ? new(session, account) : null;
    }

    /// <summary>Signs a person in in this browser, under a new name, when the work is saved. Whoever was signed in before is not any longer.</summary>
    public async Task<Session> BeginAsync(HttpContext context, User user)
    {
        await EndAsync(context);
        var token = OpaqueToken.Make();
        var now = clock.GetUtcNow();
        var session = new Session
        {
            Id = OpaqueToken.HashOf(token),
            UserId = user.Id,
            PasswordMark = Grant.MarkOf(user),
            AuthTime = now,
            ExpiresAt = now + options.Oidc.SessionLifetime,
        };
        db.Sessions.Add(session);
        context.Response.Cookies.Append(CookieName, token, Cookie());
        return session;
    }

    /// <summary>Signs out, with all that was granted for as long as the session, when the work is saved.</summary>
    public async Task EndAsync(HttpContext context)
    {
        context.Response.Cookies.Delete(CookieName, Cookie());
        if (IdOf(context) is not { } id || await db.Sessions.SingleOrDefaultAsync(s => s.Id == id, context.RequestAborted) is not { } session)
        {
            return;
        }

        db.Sessions.Remove(session);
        foreach (var grant in await db.Grants.Where(g => g.SessionId == id && g.RevokedAt == null).ToListAsync(context.RequestAborted))
        {
            grant.Revoke(clock.GetUtcNow());
        }
    }

    private string? IdOf(HttpContext context) =>
        context.Request.Cookies[CookieName] is { Length: > 0 and <= OpaqueToken.MaxLength } token ? OpaqueToken.HashOf(token) : null;

    private CookieOptions Cookie() => new() { HttpOnly = true, Secure = address.IsHttps, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
