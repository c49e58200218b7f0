using System.Net;
using System.Text;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Cores;

public sealed class ReadCoresTests(World world)
{
    [Fact]
    public async Task Pages_show_every_Core_once_the_newest_first()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var made = new List<string?>();
        for (var i = 0; i < 25; i++)
        {
            made.Add((await admin.PostDataAsync($"{TestCores.Base}/cores", new { name = $"Agent {i:00}" }, HttpStatusCode.Created)).Text("id"));
        }

        var (seen, cursor, pages) = (new List<string?>(), "", 0);
        do
        {
            var page = (await admin.SendAsync(HttpMethod.Get, $"{TestCores.Base}/cores?limit=10{cursor}")).Body;
            seen.AddRange(page.At("data.items").EnumerateArray().Select(c => c.Text("id")));
            cursor = page.At("pagination.has_more").GetBoolean() ? $"&cursor={page.Text("pagination.next_cursor")}" : null;
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(3, pages);
        Assert.Equal(made.OrderDescending(StringComparer.Ordinal), seen);
    }

    [Fact]
    public async Task They_are_found_by_state_and_by_words_of_their_name()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await admin.StartedCoreAsync(TestCores.Echo);
        foreach (var name in (string[])["100% Sure", "Other agent", "100 other"])
        {
            await admin.PostDataAsync($"{TestCores.Base}/cores", new { name }, HttpStatusCode.Created);
        }

        Assert.Equal(["Echo Agent"], await NamesAsync("status=running"));
        Assert.Equal(["100 other", "100% Sure", "Other agent"], await NamesAsync("status=created"));
        Assert.Equal(["Echo Agent", "Other agent"], await NamesAsync("search=AGENT"));
        Assert.Equal(["100% Sure"], await NamesAsync("search=0%25"));
        Assert.Equal(["Other agent"], await NamesAsync("search=agent&status=created"));
        Assert.Empty(await NamesAsync("search=_"));

        async Task<IEnumerable<string?>> NamesAsync(string query) =>
            (await admin.GetDataAsync($"{TestCores.Base}/cores?{query}")).At("items").EnumerateArray().Select(c => c.Text("name")).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=x", "limit")]
    [InlineData("cursor=!!", "cursor")]
    [InlineData("cursor=AAAA", "cursor")]
    [InlineData("status=asleep", "status")]
    [InlineData("search=a%00b", "search")]
    public async Task A_faulty_query_is_refused_by_the_name_of_its_value(string query, string field)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var error = await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores?{query}", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
    }

    [Fact]
    public async Task The_avatar_is_served_as_it_was_sent()
    {
        var (_, admin, id) = await world.NewCoreAsync(new { name = "A", avatar_b64 = TestCores.PngBase64, avatar_content_type = "image/png" });
        var core = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}");

        using var response = await admin.GetAsync(new Uri(core.Text("avatar_url")!, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("image/png", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(TestCores.PngBase64, Convert.ToBase64String(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_Core_without_picture_has_no_avatar()
    {
        var (_, admin, id) = await world.NewCoreAsync(new { name = "A" });

        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/avatar", null, HttpStatusCode.NotFound, "NOT_FOUND");
    }

    public static TheoryData<string, string> Endpoints => new()
    {
        { "GET", "" }, { "PUT", "" }, { "DELETE", "" }, { "POST", "/start" }, { "POST", "/stop" }, { "POST", "/pause" }, { "POST", "/resume" }, { "POST", "/restart" },
        { "GET", "/avatar" }, { "POST", "/publish" }, { "POST", "/unpublish" }, { "POST", "/invoke" }, { "POST", "/events" }, { "GET", "/runs" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task To_another_tenant_a_Core_does_not_exist(string method, string path)
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var stranger = await (await world.NewTenantAsync(acme.Partner)).AsAdminAsync();

        await stranger.RefusedAsync(new(method), $"{TestCores.Base}/cores/{id}{path}", method == "GET" ? null : new { }, HttpStatusCode.NotFound, "CORE_NOT_FOUND");

        Assert.Equal(2, (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).At("version").GetInt32());
        Assert.Equal(0, (await stranger.GetDataAsync($"{TestCores.Base}/cores")).At("items").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task A_viewer_reads_and_changes_nothing(string method, string path)
    {
        var (acme, _, id) = await world.NewCoreAsync(new { name = "A", avatar_b64 = TestCores.PngBase64 });
        var viewer = await acme.AsAsync(Roles.TenantViewer);

        using var request = new HttpRequestMessage(new(method), $"{TestCores.Base}/cores/{id}{path}") { Content = method == "GET" ? null : new StringContent("{}", Encoding.UTF8, "application/json") };
        using var response = await viewer.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(method == "GET" ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }
}
