using System.Net;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class FlowVersionTests(OidcWorld world)
{
    [Fact]
    public async Task The_history_has_every_content_the_newest_first()
    {
        var (author, id) = await ThreeVersionsAsync();

        var first = await author.BareAsync(HttpMethod.Get, $"{Base}/{id}/versions?limit=2");
        var second = await author.BareAsync(HttpMethod.Get, $"{Base}/{id}/versions?limit=2&cursor={first.Text("next_cursor")}");

        Assert.Equal([("1.0.2", true), ("1.0.1", false)], first.GetProperty("items").EnumerateArray().Select(v => (v.Text("version"), v.GetProperty("is_current").GetBoolean())));
        Assert.Equal(["1.0.0"], second.GetProperty("items").EnumerateArray().Select(v => v.Text("version")));
        Assert.Equal((3, null), (first.GetProperty("total").GetInt32(), second.Text("next_cursor")));
    }

    [Fact]
    public async Task Each_version_keeps_its_content()
    {
        var (author, id) = await ThreeVersionsAsync();

        var old = await author.BareAsync(HttpMethod.Get, $"{Base}/{id}/versions/1.0.0");

        Assert.Equal(("1.0.0", "one"), (old.Text("content.version"), old.At("content.nodes")[1].Text("config.template")));
        foreach (var none in new[] { "9.9.9", "latest", "1.0", new string('1', 200) })
        {
            await author.DeniedAsync(HttpMethod.Get, $"{Base}/{id}/versions/{none}", null, HttpStatusCode.NotFound, "flow_version_not_found");
        }
    }

    [Fact]
    public async Task Two_versions_are_compared_part_by_part()
    {
        var (author, id) = await ThreeVersionsAsync();

        var diff = await author.BareAsync(HttpMethod.Get, $"{Base}/{id}/diff?from=1.0.0&to=1.0.1");
        var toCurrent = await author.BareAsync(HttpMethod.Get, $"{Base}/{id}/diff?from=1.0.1");

        var node = Assert.Single(diff.At("nodes.changed").EnumerateArray());
        var field = Assert.Single(node.GetProperty("fields").EnumerateArray());
        Assert.Equal(("node_say", "config.template", "one", "two"), (node.Text("id"), field.Text("path"), field.Text("from"), field.Text("to")));
        Assert.Equal((0, 0, 0), (diff.At("nodes.added").GetArrayLength(), diff.At("edges.changed").GetArrayLength(), diff.At("fields").GetArrayLength()));
        Assert.Equal("1.0.2", toCurrent.Text("to"));
        await author.DeniedAsync(HttpMethod.Get, $"{Base}/{id}/diff?to=1.0.0", null, HttpStatusCode.BadRequest, "validation_error");
        await author.DeniedAsync(HttpMethod.Get, $"{Base}/{id}/diff?from=3.0.0", null, HttpStatusCode.NotFound, "flow_version_not_found");
    }

    [Fact]
    public async Task An_older_version_is_restored_as_a_new_one()
    {
        var (author, id) = await ThreeVersionsAsync();

        var restored = await author.BareAsync(HttpMethod.Post, $"{Base}/{id}/versions/1.0.0/restore");
        var again = await author.BareAsync(HttpMethod.Post, $"{Base}/{id}/versions/1.0.0/restore");

        Assert.Equal(("1.0.3", "one"), (restored.Text("version"), restored.At("content.nodes")[1].Text("config.template")));
        Assert.Equal("1.0.3", again.Text("version"));
        await author.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/versions/7.0.0/restore", null, HttpStatusCode.NotFound, "flow_version_not_found");
    }

    [Fact]
    public async Task Viewers_read_the_history_and_restore_nothing_and_strangers_see_none_of_it()
    {
        var acme = await world.NewTenantAsync();
        var (owner, viewer, stranger) = (await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme), await world.NewAuthorAsync(acme));
        var id = (await owner.Http.NewFlowAsync()).Text("id")!;
        await owner.Http.GrantAsync(id, "user", viewer.Id, "view");

        foreach (var path in new[] { "versions", "versions/1.0.0", "diff?from=1.0.0" })
        {
            await viewer.Http.BareAsync(HttpMethod.Get, $"{Base}/{id}/{path}");
            await stranger.Http.DeniedAsync(HttpMethod.Get, $"{Base}/{id}/{path}", null, HttpStatusCode.NotFound, "flow_not_found");
        }

        await viewer.Http.DeniedAsync(HttpMethod.Post, $"{Base}/{id}/versions/1.0.0/restore", null, HttpStatusCode.Forbidden, "flow_access_denied");
    }

    private async Task<(HttpClient Author, string Id)> ThreeVersionsAsync()
    {
        var author = await world.NewAuthorAsync(await world.NewTenantAsync());
        var id = (await author.Http.NewFlowAsync(content: Echo("one"))).Text("id")!;
        await author.Http.SaveAsync(id, Echo("two"));
        await author.Http.SaveAsync(id, Echo("three"));
        return (author.Http, id);
    }
}
