using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>
/// Saves and deploys a flow of the bootstrap file. Content that the flow has had already is not saved again, and what was deployed already is not
/// deployed again: what people changed since then outlives a restart, until the file says something new.
/// </summary>
internal sealed class FlowInstallation(Db db, IObjectStore objects, DeployCore deploy, IdSource ids, TimeProvider clock)
{
    /// <returns>Why the entry cannot be installed; null when it is ready to be saved.</returns>
    public async Task<Error?> ApplyAsync(FlowEntry entry, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var content = FlowContent.Complete(entry.Content, entry.Id, entry.Name);
        if (await db.Flows.SingleOrDefaultAsync(f => f.TenantId == entry.Tenant && f.Id == entry.Id, ct) is not { } flow)
        {
            var added = await CreateFlow.AddAsync(db, objects, entry.Id, entry.Tenant, entry.Owner.Id, new(entry.Name, content), now, ct);
            if (!added.Succeeded(out flow, out var error))
            {
                return error;
            }
        }
        else
        {
            var digest = FlowContent.DigestOf(content);
            var known = await db.FlowVersions.AsNoTracking().AnyAsync(v => v.TenantId == flow.TenantId && v.FlowId == flow.Id && v.ContentDigest == digest, ct);
            flow.OwnerId = entry.Owner.Id;
            if (!known)
            {
                flow.Name = entry.Name;
                await SaveContent.NextAsync(db, objects, flow, content, entry.Owner.Id, now, ct);
            }
            else if (digest != flow.ContentDigest)
            {
                return null; // its author has gone on since
            }
        }

        return entry.Deploy ? await DeployAsync(entry, flow, ct) : null;
    }

    private async Task<Error?> DeployAsync(FlowEntry entry, Flow flow, CancellationToken ct)
    {
        var compilation = FlowCompiler.Compile(await FlowContent.ReadAsync(objects, flow.ContentKey, ct));
        if (!compilation.Succeeded(out var compiled))
        {
            return FlowErrors.NotCompiled(compilation.Diagnostics);
        }

        var plan = DeployPlan.Of(compiled, flow.Name, DeployFlow.MetadataOf(flow, compiled), entry.Publish, entry.GroupIds);
        var last = await DeployFlow.LastAsync(db, flow, ct);
        var isDeployed = await db.FlowDeployments.AsNoTracking().AnyAsync(d => d.TenantId == flow.TenantId && d.FlowId == flow.Id && d.ManifestDigest == plan.Digest, ct);
        if (isDeployed && (!entry.Publish || last?.PublishedSlug is not null))
        {
            return null;
        }

        return (await DeployFlow.RecordAsync(db, deploy, flow, plan, null, ActingFor(entry), ids, clock, ct)).Succeeded(out _, out var error) ? null : error;
    }

    /// <summary>The owner, with the power of whoever may write the file.</summary>
    private static Principal ActingFor(FlowEntry entry) => Principal.Of(entry.Owner, null, null, SignInMethod.Oidc, new RateLimitOptions()) with
    {
        TenantId = entry.Tenant,
        Roles = [Roles.SuperAdmin],
        Permissions = Permissions.All,
    };
}
