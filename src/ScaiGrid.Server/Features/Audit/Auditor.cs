using System.Security.Cryptography;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>What an endpoint's line in the audit log is called: <c>resource.verb</c>.</summary>
internal sealed record Audited(string Action)
{
    public string ResourceType => Action[..Action.IndexOf('.')];
}

internal static class AuditRoutes
{
    extension<TBuilder>(TBuilder route) where TBuilder : IEndpointConventionBuilder
    {
        /// <summary>Names what the endpoint does; its handler tells the <see cref="Auditor"/> on success, and refusals are written by themselves.</summary>
        public TBuilder Audits(string action) => route.WithMetadata(new Audited(action));
    }
}

/// <summary>Writes the current request's line of the audit log, in the transaction of the change.</summary>
internal sealed class Auditor(IHttpContextAccessor http, Db db, IdSource ids, TimeProvider clock)
{
    /// <param name="resourceId">What was changed.</param>
    /// <param name="before">The resource as it was, to be digested; null when it did not exist.</param>
    /// <param name="after">The resource as it is now; null when it is gone.</param>
    public void Changed(string resourceId, object? before, object? after) => db.Audit(Line(resourceId, "SUCCESS", null, before, after));

    /// <summary>Writes a refusal, in a transaction of its own.</summary>
    public async Task RefusedAsync(string? resourceId, string errorCode, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await db.RetryOnConflictAsync(() =>
        {
            db.Audit(Line(resourceId, "FAILURE", errorCode, null, null));
            return db.SaveChangesAsync(ct);
        });
    }

    private AuditEntry Line(string? resourceId, string status, string? errorCode, object? before, object? after)
    {
        var context = http.HttpContext ?? throw new InvalidOperationException("The auditor speaks for requests only.");
        var principal = context.Features.Get<Principal>() ?? throw new InvalidOperationException("Anonymous requests change nothing.");
        var audited = context.GetEndpoint()?.Metadata.GetMetadata<Audited>() ?? throw new InvalidOperationException("The endpoint does not say what it audits.");
        return new()
        {
            Stream = principal.TenantId?.Value ?? AuditEntry.Platform,
            Id = ids.New("audit"),
            Timestamp = clock.GetUtcNow(),
            Action = audited.Action,
            ActorId = principal.UserId.Value,
            ActorEmail = principal.Email,
            ActorType = principal.SignIn == SignInMethod.ApiKey || principal.ServiceClientId is not null ? "service" : "user",
            ResourceType = audited.ResourceType,
            ResourceId = resourceId,
            IpAddress = context.Connection.RemoteIpAddress?.ToString(),
            UserAgent = context.Request.Headers.UserAgent is [{ } agent] ? agent[..Math.Min(agent.Length, 256)] : null,
            RequestId = context.TraceIdentifier,
            Status = status,
            ErrorCode = errorCode,
            BeforeDigest = DigestOf(before),
            AfterDigest = DigestOf(after),
        };
    }

    private static string? DigestOf(object? resource) =>
        resource is null ? null : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(resource, resource.GetType(), Json.Options)));
}
