using System.Net;
using System.Text.Json;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Packages that come from elsewhere as files.</summary>
public sealed class ImportPackageTests(OidcWorld world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_package_of_another_tenant_is_imported_as_it_is()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (alice, bob, carol) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(other), await world.NewAuthorAsync(other));
        await alice.Http.PublishAsync(Support("0.3.0", readme: "# Hi\n"));
        var archive = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/0.3.0/download", UriKind.Relative), Cancel);

        foreach (var _ in new[] { 1, 2 }) // again is no error
        {
            var (status, imported) = await ImportAsync(bob.Http, archive);
            Assert.Equal((HttpStatusCode.Created, "0.3.0", bob.Id), (status, imported.Text("version"), imported.Text("author_id")));
        }

        Assert.Equal(archive, await bob.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/0.3.0/download", UriKind.Relative), Cancel));
        Assert.Equal(["customer-support 0.3.0"], await world.Server.AssertWholeAsync(other.Tenant.Id));
        Assert.Equal("not_package_author", (await ImportAsync(carol.Http, archive)).Body.Text("detail.error"));
        await bob.Http.PublishAsync(Support("0.4.0"));
        await alice.Http.PublishAsync(Support("0.4.0"));
        var theirs = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/customer-support/versions/0.4.0/download", UriKind.Relative), Cancel);
        Assert.Equal("package_version_exists", (await ImportAsync(bob.Http, theirs)).Body.Text("detail.error"));
    }

    [Fact]
    public async Task What_is_no_package_is_not_imported()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0", id: "source"));
        var archive = await alice.Http.GetByteArrayAsync(new Uri($"{Base}/source/versions/0.1.0/download", UriKind.Relative), Cancel);
        archive[^30] ^= 1;

        foreach (var file in new[] { [], "PK nothing"u8.ToArray(), archive })
        {
            var (status, body) = await ImportAsync(alice.Http, file);
            Assert.Equal((HttpStatusCode.BadRequest, "invalid_package"), (status, body.Text("detail.error")));
            Assert.NotEqual(0, body.At("detail.diagnostics").GetArrayLength());
        }

        Assert.Equal(["source 0.1.0"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task A_package_that_was_tampered_with_is_refused_though_its_digests_were_written_anew()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);

        var (status, body) = await ImportAsync(alice.Http, TestPackages.Make(manifest: yaml => yaml.Replace("You said", "I say", StringComparison.Ordinal)));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_package"), (status, body.Text("detail.error")));
        var fault = Assert.Single(body.At("detail.diagnostics").EnumerateArray());
        Assert.Equal(("PK009", "manifest.yaml"), (fault.Text("code"), fault.Text("path")));
        Assert.Empty(await world.Server.ArchivesAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task What_came_from_elsewhere_is_signed_by_this_tenant_and_has_its_importer_as_author()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var archive = TestPackages.Make();

        var (status, imported) = await ImportAsync(alice.Http, archive);

        Assert.Equal((HttpStatusCode.Created, alice.Id, "0.2.0"), (status, imported.Text("author_id"), imported.Text("version")));
        var keys = (await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/keys")).GetProperty("keys");
        var installed = await alice.Http.InstallAsync();
        Assert.Equal((Assert.Single(keys.EnumerateArray()).Text("kid"), Sha256.Of(archive)), (installed.Text("integrity.key_id"), installed.Text("integrity.digest")));
    }

    private static async Task<(HttpStatusCode Status, JsonElement Body)> ImportAsync(HttpClient http, byte[] archive)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(archive), "file", "package.scaipkg" } };
        using var response = await http.PostAsync(new Uri($"{Base}/import", UriKind.Relative), form, Cancel);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement);
    }
}
