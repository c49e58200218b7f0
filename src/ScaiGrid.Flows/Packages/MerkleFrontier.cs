using System.Numerics;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// All that must be known of a tree to make it grow: the hashes of its complete subtrees, the largest first, one for each bit of
/// <see cref="Size"/> that is set.
/// </summary>
public sealed class MerkleFrontier
{
    private readonly byte[][] _hashes;

    /// <param name="size">How many leaves the tree has.</param>
    /// <param name="hashes">32 bytes for each bit of <paramref name="size"/> that is set.</param>
    public MerkleFrontier(long size, ReadOnlySpan<byte> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hashes.Length, 32 * BitOperations.PopCount((ulong)size));
        Size = size;
        _hashes = new byte[hashes.Length / 32][];
        for (var i = 0; i < _hashes.Length; i++)
        {
            _hashes[i] = hashes.Slice(32 * i, 32).ToArray();
        }
    }

    private MerkleFrontier(long size, byte[][] hashes) => (Size, _hashes) = (size, hashes);

    public static MerkleFrontier Empty { get; } = new(0, ReadOnlySpan<byte>.Empty);

    public long Size { get; }

    public byte[] Root => _hashes.Length == 0 ? MerkleTree.EmptyRoot : Fold(_hashes);

    /// <summary>As the constructor takes them.</summary>
    public byte[] ToBytes() => [.. _hashes.SelectMany(h => h)];

    /// <summary>The tree with one more leaf.</summary>
    /// <param name="leafHash">Of the new leaf.</param>
    /// <param name="completed">The new leaf and each subtree that it completes, with their hashes.</param>
    public MerkleFrontier Append(byte[] leafHash, out IReadOnlyList<(MerkleNode Node, byte[] Hash)> completed)
    {
        var (hash, kept, nodes) = (leafHash, _hashes.Length, new List<(MerkleNode, byte[])> { (new(0, Size), leafHash) });
        for (var level = 1; (Size >> (level - 1) & 1) != 0; level++)
        {
            hash = MerkleTree.NodeHash(_hashes[--kept], hash);
            nodes.Add((new(level, Size >> level), hash));
        }

        completed = nodes;
        return new(Size + 1, (byte[][])[.. _hashes[..kept], hash]);
    }

    internal static byte[] Fold(IReadOnlyList<byte[]> hashes)
    {
        var hash = hashes[^1];
        for (var i = hashes.Count - 2; i >= 0; i--)
        {
            hash = MerkleTree.NodeHash(hashes[i], hash);
        }

        return hash;
    }
}
