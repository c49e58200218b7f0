using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>POST /cores/parse-bundle</c>: reads an uploaded manifest, flow or package, and tells what Core it makes. Nothing is stored.</summary>
internal static class ParseBundle
{
    public sealed record Response(Value Source, Summary Summary);

    /// <param name="Version">The package's, or the flow's; null for a manifest, which has none.</param>
    public sealed record Summary(
        BundleFormat Format, string? Version, string Name, string Mode, string RuntimeVersion, string Digest, IReadOnlyList<string> Flows, IReadOnlyList<string> Models,
        string? Persona, bool HasTriggers, bool HasPlugins, IReadOnlyList<string> Warnings);

    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapPost("/cores/parse-bundle", HandleAsync)
        .WithName("ParseBundle")
        .WithSummary("Read an uploaded manifest, flow or package")
        .Requires(Permissions.CoreManage)
        .DisableAntiforgery() // bearer tokens are not sent by browsers on their own
        .Accepts<IFormFile>("multipart/form-data")
        .Answers<Response>()
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, CoreErrors.InvalidSource, FlowErrors.CompileError, CatalogErrors.Invalid);

    private static async Task<IResult> HandleAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > CoreSource.MaxBytes + 10_000)
        {
            return KernelErrors.TooLarge.With("Bundle exceeds 10 MB limit").ToResult();
        }

        if (await ReadFileAsync(request, ct) is not { } file)
        {
            return KernelErrors.Validation.At("file", "is required, as a part of multipart/form-data").ToResult();
        }

        if (file.Length > CoreSource.MaxBytes)
        {
            return KernelErrors.TooLarge.With("Bundle exceeds 10 MB limit").ToResult();
        }

        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, ct);
        return Bundle.Read(content.ToArray()).Succeeded(out var bundle, out var error) ? Reply.Ok(new Response(bundle.Manifest.Source, Summarise(bundle))) : error.ToResult();
    }

    /// <returns>Null when the body is no form, or one without that file.</returns>
    private static async Task<IFormFile?> ReadFileAsync(HttpRequest request, CancellationToken ct)
    {
        try
        {
            return request.HasFormContentType ? (await request.ReadFormAsync(ct)).Files["file"] : null;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return null; // no boundary, or cut in the middle of a part
        }
    }

    private static Summary Summarise(Bundle bundle)
    {
        var manifest = bundle.Manifest;
        return new(
            bundle.Format, bundle.Version, manifest.Name, manifest.Mode.ToString().ToLowerInvariant(), manifest.RuntimeVersion, manifest.Digest,
            [.. manifest.Flows.Select(f => f.Name)], [.. manifest.Models.Select(m => $"{m.Ref}/{m.Model}").Distinct()], manifest.Identity.Persona,
            manifest.Flows.Any(f => f.Trigger.Type != TriggerType.Api), manifest.Plugins.Count > 0, [.. bundle.Warnings.Select(d => d.ToString())]);
    }
}
