using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>A webhook of a Core, and whose it is.</summary>
internal sealed record Webhook(LoadedCore Core, Flow Flow, WebhookTrigger Trigger, Tenant Tenant, Partner Partner)
{
    /// <summary>The secret that callers share with the Core; null when its environment has none.</summary>
    public string? Secret => Trigger.Auth is { } auth && Core.Config[auth.SecretEnv].AsString() is { Length: > 0 } secret ? secret : null;

    /// <summary>Who pays for a call that has proved itself: the tenant and its partner.</summary>
    public Quota[] Quotas(RateLimitOptions defaults) =>
    [
        .. new Quota[]
        {
            new(RateLevel.Tenant, Tenant.Id.Value, Tenant.RateLimit ?? defaults.PerTenant),
            new(RateLevel.Partner, Partner.Id.Value, Partner.RateLimit ?? defaults.PerPartner),
        }.Where(quota => quota.Limit > 0),
    ];
}

/// <summary>Finds webhooks by their addresses, for callers of whom nothing is known.</summary>
internal sealed class Webhooks(IServiceScopeFactory scopes, CorePrograms programs)
{
    /// <param name="path">What follows the address of the Core's webhooks, without the slash.</param>
    /// <returns>Null when nothing is there.</returns>
    public async Task<Webhook?> FindAsync(string id, string method, string path, CancellationToken ct)
    {
        if (!Id<Core>.TryParse(id, null, out var coreId))
        {
            return null;
        }

        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        var found = await db.Cores.AsNoTracking().Where(c => c.Id == coreId)
            .Join(db.Tenants, c => c.TenantId, t => t.Id, (c, t) => new { c.Version, Tenant = t })
            .Join(db.Partners, x => x.Tenant.PartnerId, p => p.Id, (x, p) => new { x.Version, x.Tenant, Partner = p })
            .SingleOrDefaultAsync(ct);
        if (found is not { Tenant.Status: TenantStatus.Active }
            || !(await programs.OfAsync(found.Tenant.Id, coreId, found.Version, ct)).Succeeded(out var core, out _))
        {
            return null;
        }

        var flow = core.Program.Manifest.Flows.FirstOrDefault(f => f.Trigger.Webhook is { } webhook && webhook.Method == method && IsAt(webhook.Path, path));
        return flow is null ? null : new(core, flow, flow.Trigger.Webhook!, found.Tenant, found.Partner);
    }

    public static bool IsAt(string path, string asked) => path.AsSpan().Trim('/').SequenceEqual(asked.AsSpan().Trim('/'));
}
