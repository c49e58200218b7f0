using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>A person who may sign in just now, and the tenant that they belong to.</summary>
/// <param name="Tenant">Null for a super admin.</param>
internal sealed record Account(User User, Tenant? Tenant)
{
    /// <summary>The person, if the account and its tenant are active.</summary>
    public static async Task<Account?> FindAsync(Db db, Id<User> id, CancellationToken ct)
    {
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, ct);
        return user is null ? null : await OfAsync(db, user, ct);
    }

    public static async Task<Account?> OfAsync(Db db, User user, CancellationToken ct)
    {
        var tenant = user.TenantId is { } id ? await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == id, ct) : null;
        return Principal.MaySignIn(user, tenant) ? new(user, tenant) : null;
    }
}

/// <summary>Lines of the audit log about signing in, where nobody is signed in yet.</summary>
internal sealed class SignInAudit(IHttpContextAccessor http, Db db, IdSource ids, TimeProvider clock)
{
    /// <param name="action"><c>resource.verb</c>.</param>
    /// <param name="user">Null when it is not known who it was.</param>
    /// <param name="errorCode">Null for a success.</param>
    public void Write(string action, User? user, string? resourceId, string? errorCode = null) =>
        Write(action, user?.TenantId, user?.Id.Value ?? "anonymous", user?.Email, "user", resourceId, errorCode);

    public void Write(string action, ServiceClient client, string? errorCode = null) =>
        Write(action, client.TenantId, client.Id.Value, null, "service", client.Id.Value, errorCode);

    private void Write(string action, Id<Tenant>? tenant, string actor, string? email, string kind, string? resourceId, string? errorCode)
    {
        var context = http.HttpContext ?? throw new InvalidOperationException("Only requests sign anybody in.");
        db.Audit(new()
        {
            Stream = tenant?.Value ?? AuditEntry.Platform,
            Id = ids.New("audit"),
            Timestamp = clock.GetUtcNow(),
            Action = action,
            ActorId = actor,
            ActorEmail = email,
            ActorType = kind,
            ResourceType = action[..action.IndexOf('.')],
            ResourceId = resourceId,
            IpAddress = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = context.Request.Headers.UserAgent is [{ } agent] ? agent[..Math.Min(agent.Length, 256)] : null,
            RequestId = context.TraceIdentifier,
            Status = errorCode is null ? "SUCCESS" : "FAILURE",
            ErrorCode = errorCode,
        });
    }
}
