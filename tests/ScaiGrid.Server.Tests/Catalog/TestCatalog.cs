using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>The calls of the catalog, and a look at what they leave behind.</summary>
internal static class TestCatalog
{
    public const string Base = "/api/v1/catalog";

    public static object Support(string? version = "0.2.0", string id = "customer-support", string name = "Customer Support", JsonObject? content = null, string? readme = null) => new
    {
        package_id = id,
        name,
        description = "Triage + KB + HITL",
        version,
        readme,
        content = content ?? TestFlows.Echo(),
    };

    extension(HttpClient http)
    {
        public Task<JsonElement> PublishAsync(object request) => http.BareAsync(HttpMethod.Post, $"{Base}/publish", request, HttpStatusCode.Created);

        public Task<JsonElement> InstallAsync(string id = "customer-support", string query = "") => http.BareAsync(HttpMethod.Get, $"{Base}/{id}/install{query}");

        /// <summary>The ids that a list shows, in its order.</summary>
        public async Task<List<string>> ListedAsync(string query = "") =>
            [.. (await http.BareAsync(HttpMethod.Get, Base + query)).EnumerateArray().Select(p => p.Text("package_id")!)];

        public Task<JsonElement> ShowToAsync(string id, string visibility, params string[] groups) =>
            http.BareAsync(HttpMethod.Patch, $"{Base}/{id}/visibility", new { visibility, visibility_group_ids = groups });
    }

    public static Task<int> GrantAsync(this OidcWorld world, TestTenant tenant, string flow, string user, FlowLevel level) => world.Server.WithDbAsync(async db =>
    {
        var grant = await db.FlowAcls.SingleOrDefaultAsync(a => a.TenantId == tenant.Tenant.Id && a.PrincipalId == user) ?? db.FlowAcls.Add(new()
        {
            Id = new("acl_mine"),
            TenantId = tenant.Tenant.Id,
            FlowId = new(flow),
            PrincipalType = FlowPrincipalType.User,
            PrincipalId = user,
            Level = level,
            GrantedBy = new(user),
            GrantedAt = DateTimeOffset.UnixEpoch,
        }).Entity;
        grant.Level = level;
        return await db.SaveChangesAsync();
    });

    /// <summary>The promise that holds at any moment: each row has its objects, each version is in the log, and each package is listed once.</summary>
    public static Task<List<string>> AssertWholeAsync(this TestServer server, Id<Tenant> tenant) => server.WithDbAsync(async db =>
    {
        var objects = server.Services.GetRequiredService<IObjectStore>();
        var cancel = TestContext.Current.CancellationToken;
        var versions = await db.PackageVersions.AsNoTracking().Where(v => v.TenantId == tenant).ToListAsync(cancel);
        var leaves = await db.LogLeaves.AsNoTracking().Where(l => l.TenantId == tenant).OrderBy(l => l.Index).ToListAsync(cancel);
        foreach (var version in versions)
        {
            var archive = await objects.GetAsync(version.ArchiveKey, cancel);
            Assert.NotNull(archive);
            Assert.Equal((version.Digest, version.Size), (ScaiGrid.Flows.Manifests.Sha256.Of(archive), archive.Length));
            Assert.True(ScaiGrid.Flows.Packages.Package.Read(archive).Succeeded(out _));
            Assert.True(await objects.ExistsAsync(version.SignatureKey, cancel));
            Assert.Contains($"\"digest\":\"{version.Digest}\"", leaves[(int)version.LogIndex].Text, StringComparison.Ordinal);
        }

        var head = await db.LogHeads.AsNoTracking().SingleOrDefaultAsync(h => h.TenantId == tenant, cancel);
        Assert.Equal(leaves.Count, head?.Size ?? 0);
        Assert.Equal(Enumerable.Range(0, leaves.Count).Select(i => (long)i), leaves.Select(l => l.Index));
        var tree = leaves.Aggregate(ScaiGrid.Flows.Packages.MerkleFrontier.Empty, (t, l) => t.Append(ScaiGrid.Flows.Packages.MerkleTree.LeafHash(System.Text.Encoding.UTF8.GetBytes(l.Text)), out _));
        Assert.Equal(tree.Root, head?.Size > 0 ? head.Root : tree.Root);

        var packages = await db.Packages.AsNoTracking().Where(p => p.TenantId == tenant).ToListAsync(cancel);
        var listed = await db.Listings.AsNoTracking().Where(l => l.TenantId == tenant).ToListAsync(cancel);
        Assert.Equal(packages.Where(p => p.DeletedAt is null).Select(p => p.PackageId.Value).Order(), listed.Select(l => l.PackageId.Value).Order());
        Assert.All(packages, p => Assert.Contains(versions, v => v.PackageId == p.PackageId && v.Version == p.Version));
        Assert.All(packages.Where(p => p.DeletedAt is null), p => Assert.Equal(
            p.Audiences.Order(),
            db.Audiences.Where(a => a.TenantId == tenant && a.PackageId == p.PackageId).Select(a => a.Name).ToList().Order()));
        return versions.Select(v => $"{v.PackageId} {v.Version}").Order(StringComparer.Ordinal).ToList();
    });

    /// <summary>The keys of a tenant's stored archives.</summary>
    public static async Task<List<string>> ArchivesAsync(this TestServer server, Id<Tenant> tenant)
    {
        var keys = new List<string>();
        await foreach (var key in server.Services.GetRequiredService<IObjectStore>().ListAsync($"catalog/{tenant}/", TestContext.Current.CancellationToken))
        {
            if (key.Value.EndsWith(".scaipkg", StringComparison.Ordinal))
            {
                keys.Add(key.Value);
            }
        }

        return keys;
    }
}
