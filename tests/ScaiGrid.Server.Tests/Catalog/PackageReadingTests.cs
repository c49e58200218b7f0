using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Details, versions, downloads, comparisons, yanks, transfers, and what an install lacks.</summary>
public sealed class PackageReadingTests(OidcWorld world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_detail_has_the_readme_what_is_required_and_the_install_count()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var content = TestFlows.Echo();
        content["config"]!["core_identity"]!["models"] = JsonSerializer.SerializeToNode(new[] { new { role = "primary", @ref = "scaigrid", model = "openai/gpt-4o" } });
        await alice.Http.PublishAsync(Support(content: content, readme: "# Hello\n\n<script>alert(1)</script> [x](javascript:alert(1)) [y](https://example.com)\n"));
        await alice.Http.InstallAsync();
        await world.Server.Services.GetRequiredService<InstallCounter>().FlushAsync(Cancel);

        var detail = await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/customer-support");

        Assert.Equal(("customer-support", "0.2.0", 1L), (detail.Text("package_id"), detail.Text("version"), detail.GetProperty("installs").GetInt64()));
        Assert.StartsWith("# Hello", detail.Text("readme"), StringComparison.Ordinal);
        Assert.Contains("<h1>Hello</h1>", detail.Text("readme_html"), StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.com\"", detail.Text("readme_html"), StringComparison.Ordinal);
        Assert.DoesNotContain("<script", detail.Text("readme_html"), StringComparison.Ordinal);
        Assert.DoesNotContain("javascript:", detail.Text("readme_html"), StringComparison.Ordinal);
        Assert.Equal("openai/gpt-4o", detail.At("requires.models")[0].Text("model"));
        Assert.StartsWith("sha256:", detail.Text("shown.digest"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[a](JaVaScRiPt:alert(1))")]
    [InlineData("[a](java&#10;script:alert(1))")]
    [InlineData("[a](&#1;javascript:alert(1))")]
    [InlineData("[a](data:text/html,x)")]
    [InlineData("[a](vbscript:x)")]
    [InlineData("![a](javascript:x)")]
    [InlineData("![a](data:image/svg+xml,x)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[a][r]\n\n[r]: javascript:alert(1)")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[a](\"onmouseover=alert(1))")]
    [InlineData("<a href=\"javascript:x\">a</a>")]
    public void Nothing_in_a_readme_can_act(string markdown)
    {
        var html = ReadmeHtml.Render(markdown);

        Assert.DoesNotMatch("(?i)(href|src)=\"[^\"]*(javascript|vbscript|data):", html);
        Assert.DoesNotMatch("(?i)<(img|a)[^>]*\\son\\w+=", html);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("[a](https://example.com/x?y=1)", "href=\"https://example.com/x?y=1\"")]
    [InlineData("[a](docs/x.md#y)", "href=\"docs/x.md#y\"")]
    [InlineData("[a](mailto:alice@acme.example)", "href=\"mailto:alice@acme.example\"")]
    [InlineData("[a][r]\n\n[r]: https://example.com", "href=\"https://example.com\"")]
    [InlineData("![a](https://example.com/a.png)", "src=\"https://example.com/a.png\"")]
    [InlineData("<https://example.com>", "href=\"https://example.com\"")]
    [InlineData("| a |\n|---|\n| b |", "<table>")]
    public void Links_pictures_and_tables_stay(string markdown, string html) => Assert.Contains(html, ReadmeHtml.Render(markdown), StringComparison.Ordinal);

    [Fact]
    public async Task Versions_are_listed_page_by_page_the_last_published_first()
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());
        foreach (var version in new[] { "1.0.0", "0.9.0", "2.0.0-beta" })
        {
            await alice.Http.PublishAsync(Support(version));
        }

        using var response = await alice.Http.GetAsync(new Uri($"{Base}/customer-support/versions?limit=2", UriKind.Relative), Cancel);
        var first = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement;
        var link = Assert.Single(response.Headers.GetValues("Link"));
        var rest = await alice.Http.BareAsync(HttpMethod.Get, link[1..link.IndexOf('>')]);

        Assert.Equal(["2.0.0-beta", "0.9.0"], first.EnumerateArray().Select(v => v.Text("version")));
        Assert.Equal(["1.0.0"], rest.EnumerateArray().Select(v => v.Text("version")));
        Assert.Equal((alice.Id, false), (rest[0].Text("author_id"), rest[0].GetProperty("yanked").GetBoolean()));
    }

    [Fact]
    public async Task A_download_is_the_archive_with_its_digest_and_can_be_taken_in_parts()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0"));
        var path = new Uri($"{Base}/customer-support/versions/0.1.0/download", UriKind.Relative);

        using var whole = await alice.Http.GetAsync(path, Cancel);
        var archive = await whole.Content.ReadAsByteArrayAsync(Cancel);
        Assert.True(Package.Read(archive).Succeeded(out var package));
        Assert.Equal("customer-support", package.Info.Id.Value);
        Assert.Equal($"sha-256={Convert.ToBase64String(SHA256.HashData(archive))}", Assert.Single(whole.Headers.GetValues("Digest")));
        Assert.Equal($"\"{Sha256.Of(archive)}\"", whole.Headers.ETag!.Tag);
        Assert.False(whole.Headers.ETag.IsWeak);
        Assert.Equal("customer-support-0.1.0.scaipkg", whole.Content.Headers.ContentDisposition!.FileName);

        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using var part = await alice.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(archive[10..20], await part.Content.ReadAsByteArrayAsync(Cancel));

        using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { IfNoneMatch = { whole.Headers.ETag } } };
        using var unchanged = await alice.Http.SendAsync(again, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        foreach (var missing in new[] { "9.9.9", "latest", "0.1" })
        {
            await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/versions/{missing}/download", null, HttpStatusCode.NotFound, "package_version_not_found");
        }
    }

    [Fact]
    public async Task Two_versions_are_compared_part_by_part()
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());
        await alice.Http.PublishAsync(Support("0.1.0", content: TestFlows.Echo("before")));
        await alice.Http.PublishAsync(Support("0.2.0", content: TestFlows.Echo("after")));

        var diff = await alice.Http.BareAsync(HttpMethod.Get, $"{Base}/customer-support/diff?from=0.1.0&to=0.2.0");

        var change = Assert.Single(diff.At("nodes.changed").EnumerateArray());
        Assert.Equal(("node_say", "config.template", "before", "after"), (change.Text("id"), change.GetProperty("fields")[0].Text("path"), change.GetProperty("fields")[0].Text("from"), change.GetProperty("fields")[0].Text("to")));
        Assert.Empty(diff.At("nodes.added").EnumerateArray());
        await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/diff?from=0.1.0&to=3.0.0", null, HttpStatusCode.NotFound, "package_version_not_found");
    }

    [Fact]
    public async Task A_yanked_version_is_given_only_to_those_who_name_it()
    {
        var acme = await world.NewTenantAsync();
        var (alice, colleague) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        await alice.Http.PublishAsync(Support("0.1.0"));
        await alice.Http.PublishAsync(Support("0.2.0"));
        await colleague.Http.DeniedAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/yank", null, HttpStatusCode.Forbidden, "not_package_author");

        Assert.True((await alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/yank")).GetProperty("yanked").GetBoolean());
        Assert.True((await alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/yank")).GetProperty("yanked").GetBoolean());

        Assert.Equal("0.1.0", (await colleague.Http.InstallAsync()).Text("metadata.version"));
        Assert.Equal("0.2.0", (await colleague.Http.InstallAsync(query: "?version=0.2.0")).Text("metadata.version"));
        await alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.1.0/yank");
        await colleague.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support/install", null, HttpStatusCode.NotFound, "package_version_not_found");
        await alice.Http.PublishAsync(Support("0.0.9"));
        Assert.Equal("0.0.9", (await colleague.Http.InstallAsync()).Text("metadata.version"));
        await alice.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.2.0/unyank");
        Assert.Equal("0.2.0", (await colleague.Http.InstallAsync()).Text("metadata.version"));
        await world.Server.AssertWholeAsync(acme.Tenant.Id);
    }

    [Fact]
    public async Task An_admin_gives_a_package_to_another_author()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (alice, bob, stranger, admin) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewAuthorAsync(other), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        await alice.Http.PublishAsync(Support("0.1.0"));
        await alice.Http.ShowToAsync("customer-support", "groups", await world.NewUserGroupAsync(acme));
        await alice.Http.DeniedAsync(HttpMethod.Post, $"{Base}/customer-support/transfer", new { author_id = bob.Id }, HttpStatusCode.Forbidden, "admin_required");
        await admin.Http.DeniedAsync(HttpMethod.Post, $"{Base}/customer-support/transfer", new { author_id = stranger.Id }, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal(bob.Id, (await admin.Http.BareAsync(HttpMethod.Post, $"{Base}/customer-support/transfer", new { author_id = bob.Id })).Text("author_id"));

        Assert.Equal("0.1.1", (await bob.Http.PublishAsync(Support("0.1.0"))).Text("version"));
        Assert.Empty(await alice.Http.ListedAsync());
        await world.Server.AssertWholeAsync(acme.Tenant.Id);
    }

    [Fact]
    public async Task An_install_says_what_is_lacking_here()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewPersonAsync(acme, [Roles.TenantAdmin]);
        await alice.Http.CreateCoreAsync(TestCores.Echo);
        await alice.Http.PublishAsync(Support(content: TestFlows.Needing()));

        var warnings = (await alice.Http.InstallAsync()).GetProperty("warnings").EnumerateArray().Select(w => $"{w.Text("kind")} {w.Text("name")}");

        // The model of another provider, the plugin with an address, the Core that is there and the queue are no news.
        Assert.Equal(["model no/such-model", "plugin crm", "subflow core://acme/billing"], warnings);
    }
}
