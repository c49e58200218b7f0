using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Pages, their order, and search.</summary>
public sealed class ListPackagesTests(OidcWorld world)
{
    [Fact]
    public async Task Pages_follow_each_other_by_the_link_and_show_everything_once_the_newest_first()
    {
        var acme = await world.NewTenantAsync();
        var group = await world.NewUserGroupAsync(acme);
        var (alice, bob) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme, group));
        var all = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            await alice.Http.PublishAsync(Support(id: $"package-{i}"));
            if (i % 3 == 1)
            {
                await alice.Http.ShowToAsync($"package-{i}", "groups", group);
            }

            all.Insert(0, $"package-{i}");
        }

        foreach (var caller in new[] { alice, bob, await world.NewPersonAsync(acme, [Roles.TenantAdmin]) })
        {
            Assert.Equal(all, await caller.Http.ListedAsync());
            foreach (var query in new[] { "?limit=2", "?limit=4", "?limit=9", "?limit=2&search=package" })
            {
                Assert.Equal(all, await FollowAsync(caller.Http, query));
            }
        }

        Assert.Equal(all.Where(p => p is not ("package-1" or "package-4" or "package-7")), await FollowAsync((await world.NewAuthorAsync(acme)).Http, "?limit=2"));
    }

    [Fact]
    public async Task Search_finds_words_in_id_name_and_description_whatever_their_case()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        foreach (var (id, name, description) in new[]
        {
            ("billing-bot", "Invoice Helper", "Answers questions of customers about 100% of invoices"), ("triage", "Ärzte-Triage", "first_line"), ("kb", "Wissen", "日本語の説明"),
        })
        {
            await alice.Http.PublishAsync(new { package_id = id, name, description, version = "0.1.0", content = TestFlows.Echo() });
        }

        foreach (var (search, found) in new (string, string[])[]
        {
            ("billing", ["billing-bot"]), ("INVOICE", ["billing-bot"]), ("ärzte", ["triage"]), ("ÄRZTE", ["triage"]), ("100%", ["billing-bot"]), ("0% of", ["billing-bot"]),
            ("t_l", ["triage"]), ("helper customers", ["billing-bot"]), ("helper triage", []), ("日本語", ["kb"]), ("kb", ["kb"]), ("k", ["kb"]), ("b", ["kb", "billing-bot"]),
            ("\"", []), ("a\" OR \"b", []), ("*", []), ("%", ["billing-bot"]), ("___", []), ("\\", []), ("-", ["triage", "billing-bot"]), ("irs triage", ["triage"]), ("x triage", []), ("lin first", ["triage"]),
        })
        {
            foreach (var caller in new[] { alice, await world.NewPersonAsync(acme, [Roles.TenantAdmin]) })
            {
                Assert.True(found.SequenceEqual(await caller.Http.ListedAsync($"?search={Uri.EscapeDataString(search)}")), search);
            }
        }
    }

    [Fact]
    public async Task Search_finds_what_the_package_says_now()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0", name: "Before"));
        await alice.Http.PublishAsync(Support("0.2.0", name: "Afterwards"));

        Assert.Empty(await alice.Http.ListedAsync("?search=before"));
        Assert.Equal(["customer-support"], await alice.Http.ListedAsync("?search=afterwards"));
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?cursor=!", "cursor")]
    [InlineData("?search=%00", "search")]
    public async Task A_list_that_cannot_be_is_refused(string query, string field)
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());

        Assert.Equal([field], (await alice.Http.DeniedAsync(HttpMethod.Get, Base + query, null, HttpStatusCode.BadRequest, "validation_error")).Fields);
    }

    private static async Task<List<string>> FollowAsync(HttpClient http, string query)
    {
        var (found, next) = (new List<string>(), Base + query);
        while (next is not null)
        {
            using var response = await http.GetAsync(new Uri(next, UriKind.Relative), TestContext.Current.CancellationToken);
            found.AddRange(JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.EnumerateArray().Select(p => p.Text("package_id")!));
            var link = response.Headers.TryGetValues("Link", out var links) ? links.Single() : null;
            Assert.True(link is null || link.EndsWith("; rel=\"next\"", StringComparison.Ordinal));
            next = link?[1..link.IndexOf('>')];
        }

        return found;
    }
}
