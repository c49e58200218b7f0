using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Tenants by id or slug, read once and forgotten whenever anything about access changes.</summary>
internal sealed class TenantDirectory
{
    private readonly IServiceScopeFactory _scopes;
    private ConcurrentDictionary<string, Tenant> _known = new();

    public TenantDirectory(IServiceScopeFactory scopes, ChangeStamps stamps)
    {
        _scopes = scopes;
        stamps.Keep(Stamped.Access, _ =>
        {
            _known = new();
            return Task.CompletedTask;
        });
    }

    /// <summary>A tenant, whatever its status; the id wins where it is another's slug.</summary>
    public static async Task<Tenant?> FindAsync(Db db, string idOrSlug, CancellationToken ct)
    {
        if (!IdSyntax.Pattern().IsMatch(idOrSlug))
        {
            return null;
        }

        var id = new Id<Tenant>(idOrSlug);
        return await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, ct)
            ?? (Slug.TryParse(idOrSlug, null, out var slug) ? await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Slug == slug, ct) : null);
    }

    public async ValueTask<Tenant?> FindAsync(string idOrSlug, CancellationToken ct)
    {
        var known = _known;
        if (known.TryGetValue(idOrSlug, out var tenant))
        {
            return tenant;
        }

        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        tenant = await FindAsync(scope.ServiceProvider.GetRequiredService<Db>(), idOrSlug, ct);
        if (tenant is not null)
        {
            known[idOrSlug] = tenant;
        }

        return tenant;
    }
}
