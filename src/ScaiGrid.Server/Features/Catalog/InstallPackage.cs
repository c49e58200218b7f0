using System.Text.Json;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>GET /catalog/{id}/install</c>: the flow under an id of its own, for the caller to save.</summary>
internal static class InstallPackage
{
    /// <param name="Flow">As it was published, but for its <c>id</c> and <c>name</c>.</param>
    /// <param name="Warnings">What the flow needs and this tenant lacks.</param>
    public sealed record Response(Value Flow, Origin Metadata, Proof Integrity, IReadOnlyList<Lack> Warnings);

    public sealed record Origin(PackageId PackageId, string Name, SemVer Version, string AuthorEmail);

    /// <param name="Digest">SHA-256 of the archive.</param>
    /// <param name="Log">That the tenant's log says so.</param>
    public sealed record Proof(string Digest, string KeyId, string Signature, LogProof Log);

    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapGet("/{id}/install", HandleAsync)
        .WithName("InstallPackage")
        .WithSummary("Take a copy of a package's flow")
        .RequiresOidc(Permissions.CoreView)
        .Produces<Response>()
        .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, CatalogErrors.Corrupt, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        PackageId id, AskedVersion version, CatalogTenant tenant, Principal caller, Db db, StoredPackages stored, InstallCounter installs, Lacks lacks, IdSource ids, CancellationToken ct)
    {
        if (!(await StoredPackages.FindVersionAsync(db, caller, tenant.Id, id, version.Value, ct)).Succeeded(out var found, out var error))
        {
            return error.ToResult();
        }

        var (package, row) = found;
        if (version.Value is null && row.YankedAt is not null)
        {
            return CatalogErrors.VersionNotFound.With($"Every version of '{id}' is yanked; name the one you want with ?version=.").ToResult();
        }

        if (!(await stored.OpenAsync(row, ct)).Succeeded(out var content, out error))
        {
            return error.ToResult();
        }

        var proof = new Proof(row.Digest, row.KeyId, Convert.ToBase64String(row.Signature), await TransparencyLog.ProveAsync(db, tenant.Id, row.LogIndex, ct));
        var requires = content.Info.Requires;
        var plugins = requires.Plugins.Count > 0 ? content.Flow["config"]["plugins"] : default;
        var warnings = await lacks.OfAsync(db, caller, requires, alias => HasAddress(plugins, alias), ct);
        installs.Count(tenant.Id, id);
        return new Answer(
            FlowCopy.Make(content.FlowJson.Span, ids.New<Flow>().Value, $"Copy of {content.Info.Name}"),
            new(id, content.Info.Name, row.Version, package.AuthorEmail), proof, warnings);
    }

    /// <summary>Whether the flow itself says where the plugin is: the Core that it is deployed as will have none of its own.</summary>
    private static bool HasAddress(Value plugins, string alias) => plugins.Items.Any(p =>
        p["alias"].AsString() == alias && p["endpoint"].AsString() is { } endpoint && !endpoint.StartsWith(CorePlugins.Scheme, StringComparison.Ordinal));

    /// <summary>Writes the flow's bytes as they are: nothing of it passes through objects that might change it.</summary>
    private sealed class Answer(ReadOnlyMemory<byte> flow, Origin metadata, Proof integrity, IReadOnlyList<Lack> warnings) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.ContentType = "application/json";
            await using var writer = new Utf8JsonWriter(httpContext.Response.BodyWriter, new JsonWriterOptions { Encoder = Json.Options.Encoder, MaxDepth = Json.Options.MaxDepth });
            writer.WriteStartObject();
            writer.WritePropertyName("flow");
            writer.WriteRawValue(flow.Span, skipInputValidation: true);
            Write(writer, "metadata", metadata);
            Write(writer, "integrity", integrity);
            Write(writer, "warnings", warnings);
            writer.WriteEndObject();
        }

        private static void Write<T>(Utf8JsonWriter writer, string name, T value)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, Json.Options);
        }
    }
}

/// <summary>The query value <c>version</c>; null where the caller named none.</summary>
internal sealed record AskedVersion(SemVer? Value, Error? Fault) : IRefusable
{
    public static ValueTask<AskedVersion?> BindAsync(HttpContext context) => ValueTask.FromResult<AskedVersion?>(context.Request.Query["version"] switch
    {
        [] => new(null, null),
        [{ } text] when SemVer.TryParse(text, null, out var version) => new(version, null),
        _ => new(null, KernelErrors.Validation.At("version", "must be a semantic version, such as 1.2.3")),
    });
}
