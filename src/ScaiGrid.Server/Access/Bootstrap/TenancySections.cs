using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary><c>partners</c>, <c>tenants</c> and <c>groups</c>.</summary>
internal static class TenancySections
{
    public const string SlugWords = "a slug: 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends";

    private const int MaxRate = 1_000_000;

    public static int? RateLimitOf(Entry entry) => entry.Number("rate_limit", 0, MaxRate);

    public static async Task PartnerAsync(Entry entry, Installation to)
    {
        var id = to.Identify<Partner>(entry);
        var slug = entry.Required<Slug>("slug", SlugWords);
        var name = entry.Text("name");
        var rate = RateLimitOf(entry);
        if (id is null || slug is null)
        {
            return;
        }

        if (to.Db.Partners.Local.Any(p => p.Slug == slug && p.Id != id) || await to.Db.Partners.AnyAsync(p => p.Slug == slug && p.Id != id, to.Ct))
        {
            entry.Fault("slug", $"'{slug}' is another partner's");
            return;
        }

        var partner = await to.Db.Partners.FindAsync([id], to.Ct) ?? to.Db.Add(new Partner { Id = id.Value, Slug = slug.Value, Name = name }).Entity;
        (partner.Slug, partner.Name, partner.RateLimit) = (slug.Value, name, rate);
    }

    public static async Task TenantAsync(Entry entry, Installation to)
    {
        var id = to.Identify<Tenant>(entry);
        var slug = entry.Required<Slug>("slug", SlugWords);
        var name = entry.Text("name");
        var rate = RateLimitOf(entry);
        var restrict = entry.Flag("restrict_models_to_groups");
        if (!entry.Has("partner"))
        {
            entry.Fault("partner", "is required");
        }

        var partner = await to.ReferAsync<Partner>(entry, "partner");
        if (id is null || slug is null || partner is null)
        {
            return;
        }

        if (to.Db.Tenants.Local.Any(t => t.Slug == slug && t.Id != id) || await to.Db.Tenants.AnyAsync(t => t.Slug == slug && t.Id != id, to.Ct))
        {
            entry.Fault("slug", $"'{slug}' is another tenant's");
            return;
        }

        var tenant = await to.Db.Tenants.FindAsync([id], to.Ct)
            ?? to.Db.Add(new Tenant { Id = id.Value, PartnerId = partner.Id, Slug = slug.Value, Name = name }).Entity;
        (tenant.PartnerId, tenant.Slug, tenant.Name, tenant.RateLimit, tenant.RestrictModelsToGroups) = (partner.Id, slug.Value, name, rate, restrict);
    }

    public static async Task GroupAsync(Entry entry, Installation to)
    {
        var id = to.Identify<UserGroup>(entry);
        var name = entry.Text("name");
        if (!entry.Has("tenant"))
        {
            entry.Fault("tenant", "is required");
        }

        var tenant = await to.ReferAsync<Tenant>(entry, "tenant");
        if (id is null || tenant is null)
        {
            return;
        }

        var group = await to.Db.UserGroups.FindAsync([id], to.Ct) ?? to.Db.Add(new UserGroup { Id = id.Value, TenantId = tenant.Id, Name = name }).Entity;
        if (group.TenantId != tenant.Id)
        {
            entry.Fault("tenant", $"'{id}' belongs to '{group.TenantId}' and cannot move");
            return;
        }

        group.Name = name;
    }
}
