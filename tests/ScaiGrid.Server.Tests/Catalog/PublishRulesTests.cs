using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>What the contract leaves open about publishing.</summary>
public sealed class PublishRulesTests(OidcWorld world)
{
    [Fact]
    public async Task Every_fault_of_a_request_is_named_at_once()
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());

        var detail = await alice.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", new
        {
            package_id = "Not A Slug",
            name = " ",
            version = "1.0",
            description = new string('x', 2001),
            readme = new string('x', (1 << 20) + 1),
            visibility = "tenant",
            visibility_group_ids = new[] { "group_1" },
        }, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal(["package_id", "name", "version", "description", "readme", "flow_id", "visibility_group_ids"], detail.Fields);
    }

    [Fact]
    public async Task Exactly_one_of_flow_id_and_content_is_given()
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());

        var detail = await alice.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", new { package_id = "a", name = "A", flow_id = "flow_1", content = TestFlows.Echo() }, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal(["flow_id"], detail.Fields);
    }

    [Theory]
    [InlineData("9007199254740993", "content.my_own.seed")]
    [InlineData("0.1000000000000000055511151231257827", "content.my_own.seed")]
    [InlineData("1e400", "content.my_own.seed")]
    public async Task A_number_that_would_not_come_back_as_it_was_is_refused(string number, string field)
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        var body = JsonSerializer.Serialize(Support()).Replace("\"my_own\":{", $"\"my_own\":{{\"seed\":{number},", StringComparison.Ordinal);

        var detail = await alice.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", JsonDocument.Parse(body).RootElement, HttpStatusCode.BadRequest, "validation_error");

        Assert.Equal([field], detail.Fields);
        Assert.Empty(await world.Server.ArchivesAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task What_is_not_text_in_unicode_is_refused()
    {
        var alice = await world.NewAuthorAsync(await world.NewTenantAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/publish")
        {
            Content = new StringContent("""{"package_id":"a","name":"A","content":{"name":"\ud800"}}""", System.Text.Encoding.UTF8, "application/json"),
        };

        using var response = await alice.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Nobody_slips_a_version_into_a_colleagues_package()
    {
        var acme = await world.NewTenantAsync();
        var (author, colleague, admin) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        await author.Http.PublishAsync(Support("0.1.0"));

        await colleague.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", Support("0.2.0"), HttpStatusCode.Forbidden, "not_package_author");
        var byAdmin = await admin.Http.PublishAsync(Support("0.2.0"));

        Assert.Equal((author.Id, "0.2.0"), (byAdmin.Text("author_id"), byAdmin.Text("version")));
        await (await world.NewAuthorAsync(await world.NewTenantAsync())).Http.PublishAsync(Support("0.1.0")); // another tenant's id is its own
    }

    [Fact]
    public async Task A_first_version_may_say_who_sees_it_and_a_later_one_may_not_change_it()
    {
        var acme = await world.NewTenantAsync();
        var (group, author) = (await world.NewUserGroupAsync(acme), await world.NewAuthorAsync(acme));
        object Request(string visibility, params string[] groups) => new { package_id = "a", name = "A", version = "0.1.0", content = TestFlows.Echo(), visibility, visibility_group_ids = groups };

        Assert.Equal("groups", (await author.Http.PublishAsync(Request("groups", group))).Text("visibility"));
        Assert.Equal("groups", (await author.Http.PublishAsync(Request("groups", group))).Text("visibility"));
        Assert.Equal(["visibility"], (await author.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", Request("tenant"), HttpStatusCode.BadRequest, "validation_error")).Fields);
        Assert.Equal("groups", (await author.Http.PublishAsync(Support(id: "a"))).Text("visibility"));
        Assert.Empty(await (await world.NewAuthorAsync(acme)).Http.ListedAsync());
    }

    [Fact]
    public async Task Groups_must_be_named_and_be_groups_of_the_tenant()
    {
        var (acme, other) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var (mine, foreign, author) = (await world.NewUserGroupAsync(acme), await world.NewUserGroupAsync(other), await world.NewAuthorAsync(acme));
        await author.Http.PublishAsync(Support());

        foreach (var (groups, field) in new (string[], string)[]
        {
            ([], "visibility_group_ids"), ([mine, foreign], "visibility_group_ids[1]"), (["no such group"], "visibility_group_ids[0]"),
        })
        {
            var detail = await author.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/customer-support/visibility", new { visibility = "groups", visibility_group_ids = groups }, HttpStatusCode.BadRequest, "validation_error");
            Assert.Equal([field], detail.Fields);
        }

        Assert.Equal(["visibility_group_ids"], (await author.Http.DeniedAsync(HttpMethod.Patch, $"{Base}/customer-support/visibility", new { visibility = "tenant", visibility_group_ids = new[] { mine } }, HttpStatusCode.BadRequest, "validation_error")).Fields);
    }

    [Fact]
    public async Task A_deleted_package_comes_back_by_its_author_or_an_admin_with_the_next_free_version()
    {
        var acme = await world.NewTenantAsync();
        var (author, colleague, group) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewUserGroupAsync(acme));
        await author.Http.PublishAsync(Support("0.1.0"));
        await author.Http.ShowToAsync("customer-support", "groups", group);
        await author.Http.BareAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NoContent);

        await colleague.Http.DeniedAsync(HttpMethod.Post, $"{Base}/publish", Support("0.1.0"), HttpStatusCode.Forbidden, "not_package_author");
        var revived = await author.Http.PublishAsync(Support("0.1.0"));

        Assert.Equal(("0.1.1", "groups"), (revived.Text("version"), revived.Text("visibility"))); // what few saw is not shown to all by coming back
        Assert.Equal(["customer-support"], await author.Http.ListedAsync());
        await author.Http.InstallAsync(query: "?version=0.1.0");
        Assert.Equal(["customer-support 0.1.0", "customer-support 0.1.1"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task A_publish_under_one_key_happens_once()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);

        var answers = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            answers.Add(await PublishAsync(alice.Http, "key 1".Replace(' ', '-'), Support("0.1.0"), HttpStatusCode.Created));
        }

        Assert.Single(answers.Distinct());
        await PublishAsync(alice.Http, "key-1", Support("0.2.0"), HttpStatusCode.Conflict);
        await PublishAsync(alice.Http, new string('k', 201), Support("0.2.0"), HttpStatusCode.BadRequest);
        await PublishAsync(alice.Http, "key-2", Support("0.1.0"), HttpStatusCode.Created);
        await PublishAsync((await world.NewPersonAsync(acme, [Roles.TenantAdmin])).Http, "key-1", Support("0.5.0"), HttpStatusCode.Created); // another's key is another
        Assert.Equal(["customer-support 0.1.0", "customer-support 0.1.1", "customer-support 0.5.0"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task A_key_is_forgotten_after_a_day()
    {
        var acme = await world.NewTenantAsync();
        var alice = await world.NewAuthorAsync(acme);
        await PublishAsync(alice.Http, "key", Support("0.1.0"), HttpStatusCode.Created);
        await world.Server.WithDbAsync(db => db.PublishReceipts.Where(r => r.TenantId == acme.Tenant.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.CreatedAt, DateTimeOffset.UnixEpoch)));

        await PublishAsync(alice.Http, "key", Support("0.1.0"), HttpStatusCode.Created);

        Assert.Equal(["customer-support 0.1.0", "customer-support 0.1.1"], await world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log()
    {
        var acme = await world.NewTenantAsync();
        var (alice, admin) = (await world.NewAuthorAsync(acme), await world.NewPersonAsync(acme, [Roles.TenantAdmin]));
        await alice.Http.PublishAsync(Support());
        await alice.Http.ShowToAsync("customer-support", "tenant");
        await (await world.NewAuthorAsync(acme)).Http.SendAsync(HttpMethod.Delete, $"{Base}/customer-support");
        await alice.Http.BareAsync(HttpMethod.Delete, $"{Base}/customer-support", null, HttpStatusCode.NoContent);

        var lines = (await admin.Http.GetDataAsync("/v1/audit-log?resource_type=package")).GetProperty("items").EnumerateArray()
            .Select(l => $"{l.Text("action")} {l.Text("resource_id")} {l.Text("status")}").Reverse();

        Assert.Equal(
            ["package.publish customer-support SUCCESS", "package.change_visibility customer-support SUCCESS", "package.delete customer-support FAILURE", "package.delete customer-support SUCCESS"], lines);
        Assert.True((await admin.Http.GetDataAsync("/v1/audit-log/verify")).GetProperty("valid").GetBoolean());
    }

    private static async Task<string> PublishAsync(HttpClient http, string key, object body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/publish") { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(expected == response.StatusCode, text);
        return text;
    }
}
