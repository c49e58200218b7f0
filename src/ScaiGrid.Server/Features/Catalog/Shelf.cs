using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Keeps what lists walk over in step with a package, as part of the caller's save.</summary>
internal static class Shelf
{
    /// <summary>Lists a package that is in no list.</summary>
    public static void Add(Db db, CatalogPackage package)
    {
        var listing = db.Listings.Add(new() { TenantId = package.TenantId, PackageId = package.PackageId, Text = Listing.TextOf(package) }).Entity;
        Show(db, package, listing, package.Audiences.Distinct());
    }

    /// <summary>Lists the package as it is now: once, for those who see it.</summary>
    public static async Task PlaceAsync(Db db, CatalogPackage package, CancellationToken ct)
    {
        // Every listing has an audience: its author's at least.
        var there = await db.Listings.Where(l => l.TenantId == package.TenantId && l.PackageId == package.PackageId)
            .Join(db.Audiences, l => l.Number, a => a.Number, (listing, audience) => new { Listing = listing, Audience = audience }).ToListAsync(ct);
        if (there is not [{ Listing: var listing }, ..])
        {
            Add(db, package);
            return;
        }

        listing.Text = Listing.TextOf(package);
        var wanted = package.Audiences.ToHashSet();
        db.Audiences.RemoveRange(there.Select(t => t.Audience).Where(a => !wanted.Contains(a.Name)));
        Show(db, package, listing, wanted.Except(there.Select(t => t.Audience.Name)));
    }

    /// <summary>Takes the package out of every list.</summary>
    public static Task RemoveAsync(Db db, CatalogPackage package, CancellationToken ct) =>
        db.Listings.Where(l => l.TenantId == package.TenantId && l.PackageId == package.PackageId).ExecuteDeleteAsync(ct);

    private static void Show(Db db, CatalogPackage package, Listing listing, IEnumerable<string> audiences) =>
        db.Audiences.AddRange(audiences.Select(name => new Audience { TenantId = package.TenantId, Name = name, Listing = listing, PackageId = package.PackageId }));
}
