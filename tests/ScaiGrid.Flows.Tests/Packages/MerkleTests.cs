using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

/// <summary>The hash tree of RFC 6962, with the vectors that certificate transparency's own implementations share.</summary>
public sealed class MerkleTests
{
    private static readonly string[] Leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Roots_are_those_of_the_known_vectors()
    {
        var tree = MerkleFrontier.Empty;
        for (var size = 0; size <= Leaves.Length; size++)
        {
            Assert.Equal(Roots[size], Convert.ToHexStringLower(tree.Root));
            tree = size < Leaves.Length ? tree.Append(MerkleTree.LeafHash(Convert.FromHexString(Leaves[size])), out _) : tree;
        }
    }

    [Theory] // leaf, size, proof
    [InlineData(0, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    public void Inclusion_proofs_are_those_of_the_known_vectors(int index, int size, string proof) =>
        Assert.Equal(proof.Split(' '), new Log(Leaves.Take(size).Select(Convert.FromHexString)).Inclusion(index, size).Select(Convert.ToHexStringLower));

    [Theory]
    [InlineData(1, 8, "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7 5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e 6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0 d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    public void Consistency_proofs_are_those_of_the_known_vectors(int from, int size, string proof) =>
        Assert.Equal(proof.Split(' '), new Log(Leaves.Take(size).Select(Convert.FromHexString)).Consistency(from, size).Select(Convert.ToHexStringLower));

    [Fact]
    public void Every_leaf_of_every_tree_is_proved_and_no_other()
    {
        var log = new Log(Enumerable.Range(0, 70).Select(i => Encoding.ASCII.GetBytes($"leaf {i}")));
        for (var size = 1; size <= 70; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = log.Inclusion(index, size);
                Assert.True(proof.Count <= 7);
                Assert.True(MerkleTree.VerifyInclusion(log.LeafHash(index), index, size, proof, log.Root(size)));
                Assert.False(MerkleTree.VerifyInclusion(log.LeafHash((index + 1) % 70), index, size, proof, log.Root(size)));
                Assert.False(MerkleTree.VerifyInclusion(log.LeafHash(index), index, size, proof, log.Root(size - 1)));
                Assert.False(MerkleTree.VerifyInclusion(log.LeafHash(index), index, size, [.. proof, log.Root(1)], log.Root(size)));
                Assert.False(size > 1 && MerkleTree.VerifyInclusion(log.LeafHash(index), index ^ 1, size, proof, log.Root(size)));
            }

            Assert.False(MerkleTree.VerifyInclusion(log.LeafHash(0), size, size, [], log.Root(size)));
            Assert.False(MerkleTree.VerifyInclusion(log.LeafHash(0), -1, size, [], log.Root(size)));
        }
    }

    [Fact]
    public void Every_tree_is_proved_to_begin_with_every_smaller_one_and_with_no_other()
    {
        var log = new Log(Enumerable.Range(0, 70).Select(i => Encoding.ASCII.GetBytes($"leaf {i}")));
        var forged = new Log(Enumerable.Range(0, 70).Select(i => Encoding.ASCII.GetBytes(i == 0 ? "another" : $"leaf {i}")));
        for (var size = 1; size <= 70; size++)
        {
            for (var from = 0; from <= size; from++)
            {
                var proof = log.Consistency(from, size);
                Assert.True(MerkleTree.VerifyConsistency(from, size, log.Root(from), log.Root(size), proof), $"{from} {size}");
                Assert.False(from > 0 && MerkleTree.VerifyConsistency(from, size, forged.Root(from), log.Root(size), proof));
                Assert.False(from > 0 && MerkleTree.VerifyConsistency(from, size, log.Root(from), forged.Root(size), proof));
                Assert.False(from > 0 && MerkleTree.VerifyConsistency(from, size, log.Root(from), forged.Root(size), forged.Consistency(from, size)));
                Assert.False(MerkleTree.VerifyConsistency(from, size, log.Root(from), log.Root(size), [.. proof, log.Root(1)]));
            }
        }
    }

    [Fact]
    public void A_frontier_is_kept_as_bytes_and_goes_on() =>
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Choose(0, 300).ToArbitrary(), size =>
        {
            var whole = new Log(Enumerable.Range(0, size + 1).Select(i => BitConverter.GetBytes(i)));
            var kept = new MerkleFrontier(size, new Log(Enumerable.Range(0, size).Select(i => BitConverter.GetBytes(i))).Frontier.ToBytes());
            var grown = kept.Append(whole.LeafHash(size), out var completed);
            Assert.Equal(1 + System.Numerics.BitOperations.TrailingZeroCount(size + 1), completed.Count);
            return whole.Root(size + 1).SequenceEqual(grown.Root) && grown.Size == size + 1;
        }));

    [Fact]
    public void A_frontier_of_the_wrong_length_is_a_bug() => Assert.Throws<ArgumentOutOfRangeException>(() => new MerkleFrontier(3, new byte[32]));

    /// <summary>A log in memory, as simple as can be: all nodes are kept.</summary>
    private sealed class Log
    {
        private readonly Dictionary<MerkleNode, byte[]> _nodes = [];
        private readonly List<byte[]> _roots = [MerkleTree.EmptyRoot];

        public Log(IEnumerable<byte[]> leaves)
        {
            foreach (var leaf in leaves)
            {
                Frontier = Frontier.Append(MerkleTree.LeafHash(leaf), out var completed);
                foreach (var (node, hash) in completed)
                {
                    _nodes.Add(node, hash);
                }

                _roots.Add(Frontier.Root);
            }
        }

        public MerkleFrontier Frontier { get; } = MerkleFrontier.Empty;

        public byte[] Root(int size) => _roots[size];

        public byte[] LeafHash(int index) => _nodes[new(0, index)];

        public List<byte[]> Inclusion(int index, int size) => [.. MerkleTree.InclusionProof(index, size).Select(r => r.Hash(n => _nodes[n]))];

        public List<byte[]> Consistency(int from, int size) => [.. MerkleTree.ConsistencyProof(from, size).Select(r => r.Hash(n => _nodes[n]))];
    }
}
