using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>A tenant's private packages of flows.</summary>
internal static class CatalogApi
{
    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        var catalog = routes.MapGroup("/api/v1/catalog").WithTags("Catalog").AddEndpointFilter<Refusals>().TakesTenantFromQuery();

        ListPackages.Map(catalog);
        PublishPackage.Map(catalog);
        ImportPackage.Map(catalog);
        ReadLog.Map(catalog);
        GetPackage.Map(catalog);
        PackageVersions.Map(catalog);
        YankVersion.Map(catalog);
        TransferPackage.Map(catalog);
        InstallPackage.Map(catalog);
        ChangeVisibility.Map(catalog);
        DeletePackage.Map(catalog);
    }

    public static void AddCatalog(this IServiceCollection services)
    {
        services.AddSingleton<PackageKeys>();
        services.AddSingleton<Publication>();
        services.AddSingleton<StoredPackages>();
        services.AddSingleton<InstallCounter>();
        services.AddHostedService(s => s.GetRequiredService<InstallCounter>());
    }
}
