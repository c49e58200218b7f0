using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

internal enum LogEvent { Publish, Yank, Unyank, Delete }

/// <summary>
/// The tenant's append-only record of what happened to versions: a hash tree after RFC 6962. Whoever kept a head can be shown that everything it
/// covered is still there, so that nobody, the operator included, swaps a version unseen.
/// </summary>
internal static class TransparencyLog
{
    /// <summary>Adds a leaf, as part of the caller's save.</summary>
    /// <param name="head">Locked by the caller's transaction.</param>
    /// <returns>The leaf's place.</returns>
    public static long Append(Db db, LogHead head, SigningKeyPair key, LogEvent happened, PackageVersion version, DateTimeOffset now) =>
        Append(db, head, key, happened, version.PackageId, version.Version.ToString(), version.Digest, now);

    /// <param name="version">Null for what happens to the package as a whole.</param>
    /// <param name="digest">The version's archive's; null without a version.</param>
    public static long Append(Db db, LogHead head, SigningKeyPair key, LogEvent happened, PackageId package, string? version, string? digest, DateTimeOffset now)
    {
        var leaf = LeafOf(head.TenantId, happened, package, version, digest, now);
        var index = head.Size;
        var grown = head.Frontier.Append(MerkleTree.LeafHash(System.Text.Encoding.UTF8.GetBytes(leaf)), out var completed);
        db.LogLeaves.Add(new() { TenantId = head.TenantId, Index = index, Text = leaf });
        db.LogNodes.AddRange(completed.Select(c => new LogNode { TenantId = head.TenantId, Position = LogNode.PositionOf(c.Node), Hash = c.Hash }));
        head.Take(grown, key);
        return index;
    }

    /// <summary>The hashes of ranges of leaves, with one query.</summary>
    public static async Task<IReadOnlyList<string>> HashesAsync(Db db, Id<Tenant> tenant, IReadOnlyList<MerkleRange> ranges, CancellationToken ct)
    {
        if (ranges.Count == 0)
        {
            return [];
        }

        var positions = ranges.SelectMany(r => r.Nodes).Select(LogNode.PositionOf).ToList();
        var nodes = await db.LogNodes.AsNoTracking().Where(n => n.TenantId == tenant && positions.Contains(n.Position)).ToDictionaryAsync(n => n.Position, n => n.Hash, ct);
        return [.. ranges.Select(r => Convert.ToHexStringLower(r.Hash(n => nodes[LogNode.PositionOf(n)])))];
    }

    /// <summary>The proof that a leaf is in the log as it now stands.</summary>
    public static async Task<LogProof> ProveAsync(Db db, Id<Tenant> tenant, long index, CancellationToken ct)
    {
        var (leaf, head) = await db.LogLeaves.AsNoTracking().Where(l => l.TenantId == tenant && l.Index == index)
            .Join(db.LogHeads, l => l.TenantId, h => h.TenantId, (leaf, head) => ValueTuple.Create(leaf.Text, head)).SingleAsync(ct);
        return new(index, leaf, await HashesAsync(db, tenant, MerkleTree.InclusionProof(index, head.Size), ct), LogHeadView.Of(head));
    }

    /// <summary>Canonical JSON.</summary>
    private static string LeafOf(Id<Tenant> tenant, LogEvent happened, PackageId package, string? version, string? digest, DateTimeOffset now) => CanonicalJson.Write(Value.Object(
        new("tenant_id", tenant.Value),
        new("event", happened.ToString().ToLowerInvariant()),
        new("package_id", package.Value),
        new("version", version),
        new("digest", digest),
        new("at", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture))));
}

/// <summary>How the log stands, and the tenant's signature of that.</summary>
/// <param name="Statement">The signed text: canonical JSON of <c>log</c>, <c>root</c> and <c>size</c>.</param>
/// <param name="KeyId">Null while the log is empty.</param>
/// <param name="Signature">Base64 of DER; null while the log is empty.</param>
internal sealed record LogHeadView(long Size, string Root, string Statement, string? KeyId, string? Signature)
{
    public static LogHeadView Of(LogHead head) => new(
        head.Size, Convert.ToHexStringLower(head.Root), LogHead.StatementOf(head.TenantId, head.Size, head.Root),
        head.Size == 0 ? null : head.KeyId, head.Size == 0 ? null : Convert.ToBase64String(head.Signature));
}

/// <param name="Leaf">What was logged, as the text that is hashed.</param>
/// <param name="Hashes">From the leaf up, lower-case hexadecimal.</param>
/// <param name="Head">What the proof leads to.</param>
internal sealed record LogProof(long Index, string Leaf, IReadOnlyList<string> Hashes, LogHeadView Head);
