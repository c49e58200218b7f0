using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

internal static class CatalogErrors
{
    public static readonly ErrorType PackageNotFound = new("PACKAGE_NOT_FOUND", ErrorKind.NotFound, "There is no such package for the caller");
    public static readonly ErrorType VersionNotFound = new("PACKAGE_VERSION_NOT_FOUND", ErrorKind.NotFound, "The package has no such version");
    public static readonly ErrorType NotAuthor = new("NOT_PACKAGE_AUTHOR", ErrorKind.Forbidden, "Only the package's author or an administrator may do this");
    public static readonly ErrorType AdminRequired = new("ADMIN_REQUIRED", ErrorKind.Forbidden, "Only an administrator of the tenant may do this");
    public static readonly ErrorType VersionExists = new("PACKAGE_VERSION_EXISTS", ErrorKind.Conflict, "The version is published with other content");
    public static readonly ErrorType Corrupt = new("PACKAGE_CORRUPT", ErrorKind.Internal, "The stored package is not the one that was published");
    public static readonly ErrorType Invalid = new("INVALID_PACKAGE", ErrorKind.Invalid, "The file is not a package");

    public static Error Missing(PackageId id) => PackageNotFound.With($"There is no package '{id}'.");

    public static Error Missing(PackageId id, SemVer version) => VersionNotFound.With($"The package '{id}' has no version '{version}'.");

    public static Error NotReceived(IReadOnlyList<Diagnostic> diagnostics)
    {
        var first = diagnostics.First(d => d.Severity == Severity.Error);
        return Invalid.With($"The file cannot be taken: {first.Path} {first.Message}".Replace("  ", " ", StringComparison.Ordinal)) with
        {
            Data = new Dictionary<string, object?> { ["diagnostics"] = diagnostics },
        };
    }

    /// <summary>A package is kept from everybody but those who see it, so they learn why, and nobody else that it exists.</summary>
    public static Error Foreign(PackageId id) => NotAuthor.With($"The package '{id}' is another author's.");
}
