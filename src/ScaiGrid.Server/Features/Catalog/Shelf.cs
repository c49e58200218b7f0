using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>Keeps what lists walk over in step with a package, as part of the caller's save.</summary>
internal static class Shelf
{
    /// <summary>Lists the package as it is now: once, for those who see it.</summary>
    public static async Task PlaceAsync(Db db, CatalogPackage package, CancellationToken ct)
    {
        var listing = await db.Listings.SingleOrDefaultAsync(l => l.TenantId == package.TenantId && l.PackageId == package.PackageId, ct);
        if (listing is null)
        {
            listing = db.Listings.Add(new() { TenantId = package.TenantId, PackageId = package.PackageId }).Entity;
        }

        listing.Text = Listing.TextOf(package);
        var (wanted, number) = (package.Audiences.ToHashSet(), listing.Number);
        var there = number == 0 ? [] : await db.Audiences.Where(a => a.TenantId == package.TenantId && a.Number == number).ToListAsync(ct);
        db.Audiences.RemoveRange(there.Where(a => !wanted.Contains(a.Name)));
        foreach (var name in wanted.Except(there.Select(a => a.Name)))
        {
            db.Audiences.Add(new() { TenantId = package.TenantId, Name = name, Listing = listing, PackageId = package.PackageId });
        }
    }

    /// <summary>Takes the package out of every list.</summary>
    public static Task RemoveAsync(Db db, CatalogPackage package, CancellationToken ct) =>
        db.Listings.Where(l => l.TenantId == package.TenantId && l.PackageId == package.PackageId).ExecuteDeleteAsync(ct);
}
