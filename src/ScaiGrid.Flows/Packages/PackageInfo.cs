using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Packages;

/// <summary>What <c>package.json</c> says besides the digests of the other entries.</summary>
/// <param name="Description">Empty when there is none.</param>
/// <param name="Author">Who published this version.</param>
/// <param name="ScaicoreTarget">The version of the manifest language that the flow is compiled for.</param>
public sealed record PackageInfo(
    PackageId Id, string Name, SemVer Version, string Description, PackageAuthor Author, string ScaicoreTarget, Requirements Requires)
{
    /// <summary>The format that is written, and the only one yet.</summary>
    public const int Format = 1;

    public const int MaxNameLength = 200, MaxDescriptionLength = 2000;

    /// <param name="digests">Of each other entry, by its name.</param>
    internal Value ToValue(IEnumerable<KeyValuePair<string, Value>> digests) => Value.Object(
        new("format", Format),
        new("package_id", Id.Value),
        new("name", Name),
        new("version", Version.ToString()),
        new("description", Description),
        new("author", Value.Object(new("id", Author.Id), new("email", Author.Email))),
        new("scaicore_target", ScaicoreTarget),
        new("digests", Value.Object(digests)),
        new("requires", Requires.ToValue()));

    internal static PackageInfo Read(ShapeCheck shape)
    {
        shape.Number("format", Format);
        var author = shape.Object("author");
        var requires = shape.Object("requires");
        var info = new PackageInfo(
            shape.Parsed<PackageId>("package_id", "must be 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends"),
            shape.Text("name"),
            shape.Parsed<SemVer>("version", "must be a semantic version, such as 1.2.3"),
            shape.Text("description"),
            new(author.Text("id"), author.Text("email")),
            shape.Text("scaicore_target"),
            Requirements.Read(requires));
        shape.Object("digests"); // compared with the entries by whoever has them
        author.NothingElse();
        requires.NothingElse();
        shape.NothingElse();
        return info;
    }
}

/// <param name="Id">The user's id where the package was published.</param>
/// <param name="Email">Empty when it is not known.</param>
public sealed record PackageAuthor(string Id, string Email);
