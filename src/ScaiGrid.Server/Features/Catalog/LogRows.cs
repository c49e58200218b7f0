using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Catalog;

/// <summary>The end of a tenant's log. Whoever changes the catalog locks it, so changes of one catalog happen one after the other.</summary>
internal sealed class LogHead
{
    public required Id<Tenant> TenantId { get; init; }

    public long Size { get; private set; }

    /// <summary>What the tree needs to grow: <see cref="MerkleFrontier.ToBytes"/>.</summary>
    public byte[] Edge { get; private set; } = [];

    public byte[] Root { get; private set; } = [];

    public string KeyId { get; private set; } = "";

    /// <summary>Over <see cref="StatementOf"/>, in DER.</summary>
    public byte[] Signature { get; private set; } = [];

    public MerkleFrontier Frontier => new(Size, Edge);

    public static LogHead EmptyOf(Id<Tenant> tenant) => new() { TenantId = tenant, Root = MerkleTree.EmptyRoot };

    public static string StatementOf(Id<Tenant> tenant, long size, byte[] root) =>
        CanonicalJson.Write(Value.Object(new("log", tenant.Value), new("root", Convert.ToHexStringLower(root)), new("size", size)));

    public void Take(MerkleFrontier grown, SigningKeyPair key)
    {
        (Size, Edge, Root) = (grown.Size, grown.ToBytes(), grown.Root);
        var signature = key.Sign(System.Text.Encoding.UTF8.GetBytes(StatementOf(TenantId, Size, Root)));
        (KeyId, Signature) = (signature.KeyId, signature.Signature.ToArray());
    }

    internal sealed class Mapping : IEntityTypeConfiguration<LogHead>
    {
        public void Configure(EntityTypeBuilder<LogHead> head)
        {
            head.ToTable("catalog_log_heads");
            head.HasKey(h => h.TenantId);
            head.Ignore(h => h.Frontier);
            head.Property(h => h.KeyId).HasMaxLength(64);
        }
    }
}

/// <summary>One thing that happened.</summary>
internal sealed class LogLeaf
{
    public required Id<Tenant> TenantId { get; init; }

    /// <summary>0, 1, 2, … within the tenant.</summary>
    public required long Index { get; init; }

    /// <summary>Canonical JSON; what is hashed.</summary>
    public required string Text { get; init; }

    internal sealed class Mapping : IEntityTypeConfiguration<LogLeaf>
    {
        public void Configure(EntityTypeBuilder<LogLeaf> leaf)
        {
            leaf.ToTable("catalog_log_leaves");
            leaf.HasKey(l => new { l.TenantId, l.Index });
            leaf.Property(l => l.Text).HasMaxLength(1000);
        }
    }
}

/// <summary>The hash of one complete subtree, so that a proof reads a few rows instead of all leaves.</summary>
internal sealed class LogNode
{
    public required Id<Tenant> TenantId { get; init; }

    public required long Position { get; init; }

    public required byte[] Hash { get; init; }

    /// <summary>Level and index in one number, so that a proof's nodes are found by one list of them.</summary>
    public static long PositionOf(MerkleNode node) => ((long)node.Level << 56) | node.Index;

    internal sealed class Mapping : IEntityTypeConfiguration<LogNode>
    {
        public void Configure(EntityTypeBuilder<LogNode> node)
        {
            node.ToTable("catalog_log_nodes");
            node.HasKey(n => new { n.TenantId, n.Position });
        }
    }
}
