using System.Globalization;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>GET /catalog</c>: the packages that the caller sees, the newest first, as a bare array.</summary>
internal static class ListPackages
{
    private const int MostWords = 8;

    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapGet("", HandleAsync)
        .WithName("ListPackages")
        .WithSummary("List packages, the newest first")
        .WithDescription("Where more follow, the header Link names the next page. Without limit and cursor the first 1,000 are shown.")
        .RequiresOidc(Permissions.CoreView)
        .Produces<IReadOnlyList<PackageSummary>>()
        .ProducesErrors(KernelErrors.Validation);

    /// <param name="search">Words that each occur in id, name or description.</param>
    private static async Task<IResult> HandleAsync(Paging paging, string? search, Principal caller, Db db, HttpContext http, CancellationToken ct)
    {
        if (search is { Length: > 200 } || search?.Contains('\0') == true)
        {
            return KernelErrors.Validation.At("search", "must have at most 200 characters, none of them U+0000").ToResult();
        }

        var words = (search ?? "").ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MostWords).ToList();
        var limit = http.Request.Query.ContainsKey("limit") || paging.After is not null ? paging.Limit : Paging.MaxLimit;
        var before = long.TryParse(paging.After, CultureInfo.InvariantCulture, out var number) ? number : paging.After is null ? long.MaxValue : 0;
        var found = await PageOf(db, caller, words, before, limit + 1)
            .Join(db.Packages.AsNoTracking(), p => new { p.TenantId, p.PackageId }, p => new { p.TenantId, p.PackageId }, (place, package) => new { place.Number, Package = package })
            .OrderByDescending(p => p.Number)
            .ToListAsync(ct);

        var page = (paging with { Limit = limit }).Cut(
            found, p => p.Number.ToString(CultureInfo.InvariantCulture), p => PackageSummary.Of(p.Package) with { TenantId = caller.TenantId is null ? p.Package.TenantId : null });
        http.LinkNext(page.NextCursor, limit);
        return Results.Ok(page.Items);
    }

    /// <summary>The places of one page. Whatever there is that the caller does not see costs nothing, unless they search.</summary>
    private static IQueryable<Place> PageOf(Db db, Principal caller, List<string> words, long before, int count)
    {
        if (words.Count == 0 && !caller.AdministersCatalog)
        {
            // One short range for each audience; a package that is in several is there once.
            return caller.CatalogAudiences
                .Select(name => db.Audiences.Where(a => a.TenantId == caller.TenantId && a.Name == name && a.Number < before).OrderByDescending(a => a.Number).Take(count)
                    .Select(a => new Place { Number = a.Number, TenantId = a.TenantId, PackageId = a.PackageId }))
                .Aggregate((all, more) => all.Union(more))
                .OrderByDescending(p => p.Number).Take(count);
        }

        var listings = (words.Count == 0 ? db.Listings : db.SearchListings(words)).Where(l => l.Number < before);
        if (caller.TenantId is { } tenant)
        {
            listings = listings.Where(l => l.TenantId == tenant);
        }

        if (!caller.AdministersCatalog)
        {
            var audiences = caller.CatalogAudiences.ToList();
            listings = listings.Where(l => db.Audiences.Any(a => a.TenantId == l.TenantId && a.Number == l.Number && audiences.Contains(a.Name)));
        }

        return listings.OrderByDescending(l => l.Number).Take(count).Select(l => new Place { Number = l.Number, TenantId = l.TenantId, PackageId = l.PackageId });
    }
}
