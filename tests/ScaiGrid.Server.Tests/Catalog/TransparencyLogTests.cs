using System.Net;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>What a stranger with nothing but the answers can check.</summary>
public sealed class TransparencyLogTests(OidcWorld world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_archive_is_signed_with_a_key_that_the_tenant_publishes()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0"));
        await alice.Http.PublishAsync(Support("0.2.0"));
        var key = Assert.Single((await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/keys")).GetProperty("keys").EnumerateArray());
        Assert.Equal(("EC", "P-256", "ES256", "sig"), (key.Text("kty"), key.Text("crv"), key.Text("alg"), key.Text("use")));
        var open = new PackageKey(key.Text("x")!, key.Text("y")!);
        Assert.Equal(open.Id, key.Text("kid"));

        foreach (var version in new[] { "0.1.0", "0.2.0" })
        {
            var archive = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/{version}/download", UriKind.Relative), Cancel);
            var file = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/{version}/signature", UriKind.Relative), Cancel);
            Assert.True(PackageSignature.TryRead(file, out var signature));
            Assert.True(signature.Verify(open, archive));
        }

        await (await world.NewAuthorAsync(await world.NewTenantAsync())).Http.PublishAsync(Support());
    }

    [Fact]
    public async Task An_install_carries_the_proof_that_the_log_has_it()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        for (var i = 0; i < 11; i++)
        {
            await alice.Http.PublishAsync(Support("0.1.0"));
        }

        var keys = await KeysAsync(alice.Http);
        for (var i = 0; i < 11; i++)
        {
            var proof = (await alice.Http.InstallAsync(query: $"?version=0.1.{i}")).At("integrity");
            var archive = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/0.1.{i}/download", UriKind.Relative), Cancel);
            Assert.Equal(ScaiGrid.Flows.Manifests.Sha256.Of(archive), proof.Text("digest"));
            Assert.True(new PackageSignature(proof.Text("key_id")!, Convert.FromBase64String(proof.Text("signature")!)).Verify(keys.Single(k => k.Id == proof.Text("key_id")), archive));
            AssertProved(proof.GetProperty("log"), i, keys);
            Assert.Contains($"\"digest\":\"{proof.Text("digest")}\"", proof.Text("log.leaf"), StringComparison.Ordinal);
            Assert.Contains($"\"version\":\"0.1.{i}\"", proof.Text("log.leaf"), StringComparison.Ordinal);
            var asked = await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/log/proof?package_id=customer-support&version=0.1.{i}");
            Assert.Equal(proof.Text("log.leaf"), asked.Text("leaf"));
        }
    }

    [Fact]
    public async Task The_log_grows_with_every_publish_yank_and_deletion_and_proves_that_it_only_grew()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var heads = new List<JsonElement> { await HeadAsync(alice.Http) };
        Assert.Equal((0L, Convert.ToHexStringLower(MerkleTree.EmptyRoot)), (heads[0].GetProperty("size").GetInt64(), heads[0].Text("root")));
        foreach (var step in new Func<Task>[]
        {
            () => alice.Http.PublishAsync(Support("0.1.0")),
            () => alice.Http.PublishAsync(Support("0.2.0")),
            () => alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/yank"),
            () => alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/unyank"),
            () => alice.Http.BareAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NoContent),
            () => alice.Http.PublishAsync(Support("0.1.0")),
        })
        {
            await step();
            heads.Add(await HeadAsync(alice.Http));
            Assert.Equal(heads.Count - 1, heads[^1].GetProperty("size").GetInt64());
        }

        foreach (var older in heads)
        {
            foreach (var newer in heads.Where(h => h.GetProperty("size").GetInt64() >= older.GetProperty("size").GetInt64()))
            {
                var (from, to) = (older.GetProperty("size").GetInt64(), newer.GetProperty("size").GetInt64());
                var proof = await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/log/consistency?from={from}&to={to}");
                Assert.True(MerkleTree.VerifyConsistency(from, to, Root(older), Root(newer), Hashes(proof)), $"{from} {to}");
            }
        }

        await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/log/consistency?from=3&to=99", null, HttpStatusCode.BadRequest, "validation_error");
        await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/log/consistency?from=-1", null, HttpStatusCode.BadRequest, "validation_error");
    }

    [Fact]
    public async Task Each_tenant_has_its_own_key_and_log_and_proofs_of_hidden_packages_are_not_given()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (alice, bob, stranger) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewPersonAsync(other, [Roles.TenantAdmin]));
        await alice.Http.PublishAsync(Support());
        await alice.Http.ShowToAsync("customer-support", "groups", await world.NewUserGroupAsync(acme));

        await bob.Http.DeniedAsync(HttpMethod.Get, $"{Base}/log/proof?package_id=customer-support", null, HttpStatusCode.NotFound, "package_not_found");
        Assert.Equal(0, (await HeadAsync(stranger.Http)).GetProperty("size").GetInt64());
        Assert.Empty((await stranger.Http.BareAsync(HttpMethod.Get, $"{Base}/keys")).GetProperty("keys").EnumerateArray());
    }

    private static Task<JsonElement> HeadAsync(HttpClient http) => http.BareAsync(HttpMethod.Get, $"{Base}/log/head");

    private static async Task<List<PackageKey>> KeysAsync(HttpClient http) =>
        [.. (await http.BareAsync(HttpMethod.Get, $"{Base}/keys")).GetProperty("keys").EnumerateArray().Select(k => new PackageKey(k.Text("x")!, k.Text("y")!))];

    private static byte[] Root(JsonElement head) => Convert.FromHexString(head.Text("root")!);

    private static List<byte[]> Hashes(JsonElement proof) => [.. proof.GetProperty("hashes").EnumerateArray().Select(h => Convert.FromHexString(h.GetString()!))];

    private static void AssertProved(JsonElement log, long index, List<PackageKey> keys)
    {
        var head = log.GetProperty("head");
        Assert.Equal(index, log.GetProperty("index").GetInt64());
        Assert.True(MerkleTree.VerifyInclusion(MerkleTree.LeafHash(Encoding.UTF8.GetBytes(log.Text("leaf")!)), index, head.GetProperty("size").GetInt64(), Hashes(log), Root(head)));
        var statement = head.Text("statement")!;
        Assert.Contains($"\"root\":\"{head.Text("root")}\",\"size\":{head.GetProperty("size").GetInt64()}", statement, StringComparison.Ordinal);
        Assert.True(new PackageSignature(head.Text("key_id")!, Convert.FromBase64String(head.Text("signature")!)).Verify(keys.Single(k => k.Id == head.Text("key_id")), Encoding.UTF8.GetBytes(statement)));
    }
}
