using System.Numerics;
using System.Security.Cryptography;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// The hash tree of RFC 6962, section 2.1: which hashes a proof consists of, and whether a proof holds. Hashes are SHA-256, 32 bytes.
/// </summary>
public static class MerkleTree
{
    public static byte[] LeafHash(ReadOnlySpan<byte> leaf) => SHA256.HashData([0, .. leaf]);

    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => SHA256.HashData([1, .. left, .. right]);

    /// <summary>The root of a tree without leaves.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>The ranges of leaves whose hashes, in this order, prove that a leaf is in the tree: PATH(m, D[n]).</summary>
    public static IReadOnlyList<MerkleRange> InclusionProof(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var path = new List<MerkleRange>();
        for (var (begin, end) = (0L, size); end - begin > 1;)
        {
            var middle = begin + LargestPowerBelow(end - begin);
            if (index < middle)
            {
                path.Add(new(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new(begin, middle));
                begin = middle;
            }
        }

        path.Reverse();
        return path;
    }

    /// <summary>The ranges of leaves whose hashes prove that the first <paramref name="from"/> leaves are still the same: PROOF(m, D[n]).</summary>
    public static IReadOnlyList<MerkleRange> ConsistencyProof(long from, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, size);
        var path = new List<MerkleRange>();
        if (from == 0 || from == size)
        {
            return path;
        }

        var (begin, end) = (0L, size);
        while (end != from)
        {
            var middle = begin + LargestPowerBelow(end - begin);
            if (from <= middle)
            {
                path.Add(new(middle, end));
                end = middle;
            }
            else
            {
                path.Add(new(begin, middle));
                begin = middle;
            }
        }

        if (begin > 0)
        {
            path.Add(new(begin, end)); // else it is the whole old tree, whose root the verifier knows
        }

        path.Reverse();
        return path;
    }

    /// <summary>Whether the proof leads from the leaf to the root (RFC 9162, section 2.1.3.2).</summary>
    public static bool VerifyInclusion(ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<byte[]> proof, ReadOnlySpan<byte> root)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (fn, sn) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) != 0 || fn == sn)
            {
                hash = NodeHash(sibling, hash);
                for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
                {
                    sn >>= 1;
                }
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && root.SequenceEqual(hash);
    }

    /// <summary>Whether the tree of the second root begins with all leaves of the first (RFC 9162, section 2.1.4.2).</summary>
    public static bool VerifyConsistency(long first, long second, ReadOnlySpan<byte> firstRoot, ReadOnlySpan<byte> secondRoot, IReadOnlyList<byte[]> proof)
    {
        if (first < 0 || first > second || first == 0 || first == second)
        {
            return proof.Count == 0 && (first == second ? firstRoot.SequenceEqual(secondRoot) : first == 0 && firstRoot.SequenceEqual(EmptyRoot));
        }

        var path = BitOperations.IsPow2(first) ? [firstRoot.ToArray(), .. proof] : proof;
        if (path.Count == 0)
        {
            return false;
        }

        var (fn, sn) = (first - 1, second - 1);
        for (; (fn & 1) != 0; fn >>= 1)
        {
            sn >>= 1;
        }

        var (older, newer) = (path[0], path[0]);
        foreach (var sibling in path.Skip(1))
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) != 0 || fn == sn)
            {
                (older, newer) = (NodeHash(sibling, older), NodeHash(sibling, newer));
                for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
                {
                    sn >>= 1;
                }
            }
            else
            {
                newer = NodeHash(newer, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0 && firstRoot.SequenceEqual(older) && secondRoot.SequenceEqual(newer);
    }

    private static long LargestPowerBelow(long count) => 1L << (63 - BitOperations.LeadingZeroCount((ulong)(count - 1)));
}

/// <summary>A complete subtree: its 2^<paramref name="Level"/> leaves begin at leaf <paramref name="Index"/> × 2^<paramref name="Level"/>. Its hash never changes.</summary>
public readonly record struct MerkleNode(int Level, long Index);

/// <summary>Leaves next to each other, from <paramref name="Begin"/> up to but without <paramref name="End"/>, that a tree has as one subtree.</summary>
public readonly record struct MerkleRange(long Begin, long End)
{
    /// <summary>The complete subtrees that make up the range, from left to right; more than one only at the right edge of a tree.</summary>
    public IEnumerable<MerkleNode> Nodes
    {
        get
        {
            for (var begin = Begin; begin < End;)
            {
                var level = Math.Min(BitOperations.TrailingZeroCount((ulong)begin), 63 - BitOperations.LeadingZeroCount((ulong)(End - begin)));
                yield return new(level, begin >> level);
                begin += 1L << level;
            }
        }
    }

    /// <summary>The range's hash, out of those of its complete subtrees.</summary>
    public byte[] Hash(Func<MerkleNode, byte[]> hashOf) => MerkleFrontier.Fold([.. Nodes.Select(hashOf)]);
}
