using System.Text.Json;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>POST /catalog/publish</c>: a flow as a new package, or as another version of one.</summary>
internal static class PublishPackage
{
    /// <summary>Words that stand where an id would in addresses.</summary>
    public static readonly IReadOnlyList<string> Reserved = ["import", "keys", "log", "publish"];

    private const string FirstVersion = "0.1.0";

    /// <param name="PackageId">1 to 64 of a-z, 0-9 and '-'; unique in the tenant.</param>
    /// <param name="Version">SemVer. One that was published before gives way to its next free patch. Without one: the package's current version, or 0.1.0.</param>
    /// <param name="Readme">Markdown.</param>
    /// <param name="FlowId">A saved flow, whose current content is taken; either this or <paramref name="Content"/>.</param>
    /// <param name="Content">A whole flow.</param>
    /// <param name="Visibility">For a new package; <c>tenant</c> unless told.</param>
    public sealed record Request(
        string PackageId, string Name, string? Version = null, string? Description = null, string? Readme = null, Id<Flow>? FlowId = null, JsonElement? Content = null,
        PackageVisibility? Visibility = null, IReadOnlyList<string>? VisibilityGroupIds = null);

    public static void Map(IEndpointRouteBuilder catalog) => catalog
        .MapPost("/publish", HandleAsync)
        .WithName("PublishPackage")
        .WithSummary("Publish a flow as a package, or as another version of one")
        .RequiresOidc(Permissions.CoreManage)
        .Audits("package.publish")
        .WithMetadata(new BodyLimit(Package.MaxLength))
        .Produces<PackageSummary>(StatusCodes.Status201Created)
        .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, KernelErrors.Conflict, FlowErrors.CompileError, FlowErrors.NotFound, FlowErrors.AccessDenied, CatalogErrors.NotAuthor, KernelErrors.KeyReused, AccessErrors.TenantRequired);

    private static async Task<IResult> HandleAsync(
        Body<Request> body, IdempotencyKey key, CatalogTenant tenant, Principal caller, Db db, Auditor auditor, IObjectStore objects, Publication publication, TimeProvider clock, HttpResponse response, CancellationToken ct)
    {
        var (request, receipt) = (body.Value, key.For(caller, tenant.Id, body.Value));
        if (receipt is not null && await receipt.FindAsync(db, clock.GetUtcNow(), ct) is { } known)
        {
            response.Headers["Idempotency-Replayed"] = "true";
            return Answer(known);
        }

        var faults = new List<Fault>();
        var info = Read(request, faults);
        var shown = await PackageAudience.CheckAsync(db, tenant.Id, request.Visibility, request.VisibilityGroupIds, faults, ct);
        if (faults.Count > 0)
        {
            return KernelErrors.Faulty(faults).ToResult();
        }

        if (await Publication.RefuseAsync(db, caller, tenant.Id, info.Id, shown, ct) is { } refused)
        {
            return refused.ToResult();
        }

        var source = await SourceAsync(request, caller, db, objects, ct);
        if (!source.Succeeded(out var content, out var error) || !FlowPacking.Pack(content, request, info, caller).Succeeded(out var package, out error))
        {
            return error.ToResult();
        }

        var version = request.Version is { } wanted ? SemVer.Parse(wanted, null) : (SemVer?)null;
        return Answer(await publication.PublishAsync(db, auditor, caller, tenant.Id, package, version, shown, receipt, ct));
    }

    private static IResult Answer(Result<PackageSummary> published) => published.Succeeded(out var summary, out var error)
        ? Results.Created($"/api/v1/catalog/{summary.PackageId}", summary)
        : error.ToResult();

    /// <summary>What can be told without the database.</summary>
    private static PackageInfo Read(Request request, List<Fault> faults)
    {
        void Require(bool holds, string field, string fault)
        {
            if (!holds)
            {
                faults.Add(new(field, fault));
            }
        }

        Require(PackageId.TryParse(request.PackageId, null, out var id), "package_id", "must be 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends");
        Require(!Reserved.Contains(request.PackageId), "package_id", "is reserved");
        Require(!string.IsNullOrWhiteSpace(request.Name) && request.Name.Length <= PackageInfo.MaxNameLength, "name", $"must have 1 to {PackageInfo.MaxNameLength} characters");
        var version = SemVer.Parse(FirstVersion, null);
        Require(request.Version is null || SemVer.TryParse(request.Version, null, out version), "version", "must be a semantic version, such as 1.2.3");
        Require(request.Description is null or { Length: <= PackageInfo.MaxDescriptionLength }, "description", $"must have at most {PackageInfo.MaxDescriptionLength} characters");
        Require(request.Readme is null or { Length: <= FlowPacking.MaxReadmeLength }, "readme", $"must have at most {FlowPacking.MaxReadmeLength} characters");
        Require(request.FlowId is null != request.Content is null, "flow_id", "must be given, or else 'content'; not both");
        return new(id, request.Name.Trim(), version, request.Description ?? "", new("", ""), "", Requirements.None);
    }

    /// <summary>The flow's content, with the path of its faults.</summary>
    private static async Task<Result<JsonElement>> SourceAsync(Request request, Principal caller, Db db, IObjectStore objects, CancellationToken ct)
    {
        if (request.FlowId is not { } id)
        {
            return request.Content!.Value;
        }

        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Deploy, ct)).Succeeded(out var flow, out var error))
        {
            return error;
        }

        var bytes = await objects.GetAsync(ObjectKey.Parse(flow.ContentKey, null), ct) ?? throw new InvalidOperationException($"The object '{flow.ContentKey}' is gone, and a row names it.");
        return JsonElement.Parse(bytes, new() { MaxDepth = 128 });
    }
}
