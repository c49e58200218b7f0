using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary><c>GET /catalog/log/head</c>, <c>…/proof</c>, <c>…/consistency</c> and <c>GET /catalog/keys</c>: what a caller needs to check the catalog for themselves.</summary>
internal static class ReadLog
{
    /// <param name="From">The size of the smaller tree.</param>
    /// <param name="Hashes">RFC 6962's consistency proof, lower-case hexadecimal.</param>
    public sealed record ConsistencyProof(long From, long To, IReadOnlyList<string> Hashes, LogHeadView Head);

    /// <summary>A public key as RFC 7517 writes it.</summary>
    public sealed record Key(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg, DateTimeOffset CreatedAt);

    public sealed record KeySet(IReadOnlyList<Key> Keys);

    public static void Map(IEndpointRouteBuilder catalog)
    {
        catalog.MapGet("/log/head", HeadAsync)
            .WithName("GetCatalogLogHead")
            .WithSummary("Get the size and root of the catalog's log, signed")
            .RequiresOidc(Permissions.CoreView)
            .Produces<LogHeadView>()
            .ProducesErrors(AccessErrors.TenantRequired);
        catalog.MapGet("/log/proof", ProofAsync)
            .WithName("ProvePackageVersion")
            .WithSummary("Prove that a version is in the catalog's log")
            .RequiresOidc(Permissions.CoreView)
            .Produces<LogProof>()
            .ProducesErrors(KernelErrors.Validation, CatalogErrors.PackageNotFound, CatalogErrors.VersionNotFound, AccessErrors.TenantRequired);
        catalog.MapGet("/log/consistency", ConsistencyAsync)
            .WithName("ProveCatalogLogConsistency")
            .WithSummary("Prove that the log begins with what it was before")
            .RequiresOidc(Permissions.CoreView)
            .Produces<ConsistencyProof>()
            .ProducesErrors(KernelErrors.Validation, AccessErrors.TenantRequired);
        catalog.MapGet("/keys", KeysAsync)
            .WithName("ListCatalogKeys")
            .WithSummary("List the public keys that the tenant's packages were ever signed with")
            .RequiresOidc(Permissions.CoreView)
            .Produces<KeySet>()
            .ProducesErrors(AccessErrors.TenantRequired);
    }

    private static async Task<IResult> HeadAsync(CatalogTenant tenant, Db db, CancellationToken ct) =>
        Results.Ok(LogHeadView.Of(await FindHeadAsync(db, tenant, ct)));

    private static async Task<IResult> ProofAsync(PackageId package_id, AskedVersion version, CatalogTenant tenant, Principal caller, Db db, CancellationToken ct)
    {
        return (await StoredPackages.FindVersionAsync(db, caller, tenant.Id, package_id, version.Value, ct)).Succeeded(out var found, out var error)
            ? Results.Ok(await TransparencyLog.ProveAsync(db, tenant.Id, found.Version.LogIndex, ct))
            : error.ToResult();
    }

    /// <param name="to">The head's size unless told.</param>
    private static async Task<IResult> ConsistencyAsync(long from, long? to, CatalogTenant tenant, Db db, CancellationToken ct)
    {
        var head = await FindHeadAsync(db, tenant, ct);
        var size = to ?? head.Size;
        if (from < 0 || from > size || size > head.Size)
        {
            return KernelErrors.Validation.At("from", $"and 'to' must be sizes of this log, from 0 to {head.Size}, in this order").ToResult();
        }

        var hashes = await TransparencyLog.HashesAsync(db, tenant.Id, MerkleTree.ConsistencyProof(from, size), ct);
        return Results.Ok(new ConsistencyProof(from, size, hashes, LogHeadView.Of(head)));
    }

    private static async Task<IResult> KeysAsync(CatalogTenant tenant, Db db, CancellationToken ct)
    {
        var keys = await db.CatalogKeys.AsNoTracking().Where(k => k.TenantId == tenant.Id).OrderBy(k => k.CreatedAt).ToListAsync(ct);
        return Results.Ok(new KeySet([.. keys.Select(k => new Key("EC", "P-256", k.X, k.Y, k.Id, "sig", PackageSignature.Algorithm, k.CreatedAt))]));
    }

    private static async Task<LogHead> FindHeadAsync(Db db, CatalogTenant tenant, CancellationToken ct) =>
        await db.LogHeads.AsNoTracking().SingleOrDefaultAsync(h => h.TenantId == tenant.Id, ct) ?? LogHead.EmptyOf(tenant.Id);
}
