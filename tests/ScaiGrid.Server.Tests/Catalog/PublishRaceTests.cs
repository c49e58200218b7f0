using System.Net;
using System.Net.Http.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Many at once: each gets a version of its own, none is lost, none overwritten.</summary>
public sealed class PublishRaceTests(OidcWorld world)
{
    private const int Many = 30;

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the same bytes for all: what one stored must not be taken for another's
    public async Task Thirty_publishers_of_one_version_get_thirty_versions_and_thirty_archives(bool same)
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(i => alice.Http.SendAsync(
            HttpMethod.Post, $"{Base}/publish", Support("0.1.0", content: TestFlows.Echo(same ? "the same" : $"publisher {i}")))));

        Assert.All(answers, a => Assert.True(a.Status == HttpStatusCode.Created, $"{a.Status} {a.Body}"));
        Assert.Equal(Many, (await world.Server.ArchivesAsync(acme.Tenant.Id)).Count);
        var versions = await world.Server.AssertWholeAsync(acme.Tenant.Id);
        Assert.Equal(Enumerable.Range(0, Many).Select(i => $"customer-support 0.1.{i}").Order(StringComparer.Ordinal), versions);
        Assert.Equal("0.1.29", (await alice.Http.InstallAsync()).Text("metadata.version"));
        if (!same)
        {
            var flows = await Task.WhenAll(Enumerable.Range(0, Many).Select(async i => (await alice.Http.InstallAsync(query: $"?version=0.1.{i}")).GetProperty("flow").GetProperty("nodes")[1].GetProperty("config").Text("template")));
            Assert.Equal(Enumerable.Range(0, Many).Select(i => $"publisher {i}").Order(), flows.Order()!);
        }
    }

    [Fact]
    public async Task Publishers_on_two_replicas_lose_nothing_to_each_other()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await using var other = world.Server.AnotherReplica();
        using var there = other.CreateClient();
        there.DefaultRequestHeaders.Authorization = alice.Http.DefaultRequestHeaders.Authorization;

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? alice.Http : there).SendAsync(
            HttpMethod.Post, $"{Base}/publish", Support("1.0.0", content: TestFlows.Echo($"publisher {i}")))));

        Assert.All(answers, a => Assert.True(a.Status == HttpStatusCode.Created, $"{a.Status} {a.Body}"));
        Assert.Equal(16, answers.Select(a => a.Body.Text("version")).Distinct().Count());
        Assert.Equal(16, (await world.Server.AssertWholeAsync(acme.Tenant.Id)).Count);
    }

    [Fact]
    public async Task One_key_sent_thirty_times_at_once_publishes_once()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);

        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/publish") { Content = JsonContent.Create(Support("0.1.0")) };
            request.Headers.Add("Idempotency-Key", "one");
            using var response = await alice.Http.SendAsync(request, TestContext.Current.CancellationToken);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }));

        Assert.Equal(HttpStatusCode.Created, Assert.Single(answers.Distinct()).StatusCode);
        Assert.Equal(["customer-support 0.1.0"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task Publishing_hiding_yanking_deleting_and_reading_at_once_leave_a_whole_catalog()
    {
        var acme = await world.NewTenantAsync();
        var (alice, admin, group) = (await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]), await world.NewUserGroupAsync(acme));
        await alice.Http.PublishAsync(Support("0.1.0"));
        var calls = new List<Task<(HttpStatusCode Status, System.Text.Json.JsonElement Body)>>();
        for (var i = 0; i < 6; i++)
        {
            var visible = i % 2 == 0;
            calls.Add(alice.Http.SendAsync(HttpMethod.Post, $"{Base}/publish", Support("0.1.0")));
            calls.Add(admin.Http.SendAsync(HttpMethod.Patch, $"{Base}/customer-support/visibility", new { visibility = visible ? "tenant" : "groups", visibility_group_ids = visible ? Array.Empty<string>() : [group] }));
            calls.Add(alice.Http.SendAsync(HttpMethod.Post, $"{Base}/customer-support/versions/0.1.0/{(visible ? "yank" : "unyank")}"));
            calls.Add(admin.Http.SendAsync(HttpMethod.Get, $"{Base}/customer-support/install?version=0.1.0"));
            calls.Add(i == 3 ? alice.Http.SendAsync(HttpMethod.Delete, $"{Base}/customer-support") : alice.Http.SendAsync(HttpMethod.Get, Base));
        }

        Assert.All(await Task.WhenAll(calls), a => Assert.Contains((int)a.Status, (int[])[200, 201, 204, 404]));
        Assert.Equal(7, (await world.Server.AssertWholeAsync(acme.Tenant.Id)).Count);
    }
}
