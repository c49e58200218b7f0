using System.Net;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>What publishing does, sentence by sentence.</summary>
public sealed class PublishCoreTests(World world)
{
    [Fact]
    public async Task Publishing_creates_a_backend_a_model_and_the_link_between_them()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);

        await admin.PublishAsync(id);

        var rows = await acme.RowsAsync();
        rows.AssertWhole();
        Assert.Equal(("scaicore", id), (rows.Backend.ProviderType, rows.Backend.ConnectionConfig["core_id"].AsString()));
        Assert.Equal(acme.Tenant.Id, rows.Backend.TenantId);
        Assert.Equal($"scaicore/{acme.Tenant.Slug}/echo-agent", rows.Model.Slug.Value);
        Assert.Equal(acme.Tenant.Id, rows.Model.TenantId);
        Assert.Equal(("Echo Agent", "A friendly echo", "A friendly echo"), (rows.Model.DisplayName, rows.Model.Description, rows.Model.SystemPromptTemplate));
        Assert.Equal(Value.FromJson("""{"tool_use": true, "streaming": false}"""), rows.Model.Capabilities);
        Assert.Null(rows.Model.AvatarUrl);
        Assert.Empty(rows.Memberships);
    }

    [Fact]
    public async Task Publishing_writes_into_the_metadata_where_the_model_is()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);

        var core = await admin.PublishAsync(id);

        var rows = await acme.RowsAsync();
        Assert.True(core.At("metadata.published").GetBoolean());
        Assert.Equal(rows.Model.Id.Value, core.Text("metadata.published_model_id"));
        Assert.Equal(rows.Backend.Id.Value, core.Text("metadata.published_backend_id"));
        Assert.Equal(rows.Model.Slug.Value, core.Text("metadata.published_slug"));
        Assert.Equal(core.At("metadata").ToString(), (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).At("metadata").ToString());
    }

    [Theory]
    [InlineData("start", "running")]
    [InlineData("start pause", "paused")]
    [InlineData("start stop", "stopped")]
    [InlineData("", "created")]
    public async Task The_Core_stays_in_whatever_state_it_was_in(string actions, string state)
    {
        var (_, admin, id) = await CoreAsync(TestCores.Echo);
        foreach (var action in actions.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/{action}");
        }

        Assert.Equal(state, (await admin.PublishAsync(id)).Text("status"));
        Assert.Equal(state, (await admin.UnpublishAsync(id)).Text("status"));
    }

    [Theory]
    [InlineData("""{"core":{"name":"A","identity":{"persona":"Persona"},"flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]}}""", """{"description":"Described"}""", "Described")]
    [InlineData("""{"core":{"name":"A","identity":{"persona":"Persona"},"flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]}}""", "{}", "Persona")]
    [InlineData("""{"core":{"name":"A","flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]},"identity":{"persona":"Outside"}}""", "{}", "Outside")]
    [InlineData("{}", "{}", "")]
    [InlineData("{}", """{"description":7}""", "")]
    public async Task The_description_is_the_metadatas_or_else_the_persona(string source, string metadata, string description)
    {
        var (acme, admin, id) = await CoreAsync(new { name = "A", source = JsonElement.Parse(source), metadata = JsonElement.Parse(metadata) });

        await admin.PublishAsync(id);

        Assert.Equal(description, (await acme.RowsAsync()).Model.Description);
    }

    [Fact]
    public async Task The_model_has_the_Cores_avatar()
    {
        var (acme, admin, id) = await CoreAsync(new { name = "A", avatar_b64 = TestCores.PngBase64 });

        await admin.PublishAsync(id);

        var model = (await acme.RowsAsync()).Model;
        Assert.Equal($"/v1/models/{model.Id}/avatar", model.AvatarUrl);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("""{"group_ids":null}""")]
    [InlineData("""{"group_ids":[]}""")]
    public async Task Groups_are_optional(string? body)
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);

        var core = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/publish", body is null ? null : JsonElement.Parse(body));

        Assert.Equal(0, core.At("publication.group_ids").GetArrayLength());
        Assert.Empty((await acme.RowsAsync()).Memberships);
    }

    [Fact]
    public async Task The_slug_is_added_to_each_listed_group_once_and_the_answer_says_where_it_went()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);
        var (first, second) = (await acme.NewGroupAsync(), await acme.NewGroupAsync());

        var core = await admin.PublishAsync(id, first, "mg_unknown", second, first);

        var slug = core.Text("metadata.published_slug")!;
        Assert.Equal([(first, slug), (second, slug)], (await acme.RowsAsync()).Memberships);
        Assert.Equal((slug, core.Text("metadata.published_model_id")), (core.Text("publication.slug"), core.Text("publication.model_id")));
        Assert.Equal([first, second], core.At("publication.group_ids").EnumerateArray().Select(g => g.GetString()!).Order());
        Assert.Equal("mg_unknown", Assert.Single(core.At("publication.dropped_group_ids").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Publishing_twice_is_refused()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);
        await admin.PublishAsync(id);

        await admin.RefusesAsync(id, "publish", "Core is already published as a model");

        await acme.AssertWholeAsync();
    }

    [Theory]
    [InlineData("""{"group_ids":"mg_1"}""", "group_ids")]
    [InlineData("""{"group_ids":[null]}""", "group_ids[0]")]
    [InlineData("""{"group_ids":[7]}""", "group_ids[0]")]
    [InlineData("""{"group_ids":["a\u0000"]}""", "group_ids[0]")]
    [InlineData("""{"groups":[]}""", "groups")]
    [InlineData("[]", "body")]
    public async Task A_faulty_request_is_refused_by_the_name_of_its_field(string body, string field)
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/publish", JsonElement.Parse(body), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        Assert.Empty((await acme.RowsAsync()).Models);
    }

    [Fact]
    public async Task A_slug_that_another_model_has_taken_is_a_conflict()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);
        await acme.NewScriptedModelAsync($"scaicore/{acme.Tenant.Slug}/echo-agent", """{"default":{"reply":"x"}}""");

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/publish", null, HttpStatusCode.Conflict, "SLUG_CONFLICT");

        Assert.Null((await acme.RowsAsync()).Core.Publication);
    }

    [Theory]
    [InlineData(Roles.TenantUser, HttpStatusCode.Forbidden)]
    [InlineData(Roles.TenantViewer, HttpStatusCode.Forbidden)]
    public async Task Only_who_manages_Cores_publishes(string role, HttpStatusCode status)
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);
        var caller = await acme.AsAsync(role);

        await caller.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/publish", null, status, "AUTHZ_PERMISSION_DENIED");
        await admin.PublishAsync(id);
        await caller.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/unpublish", null, status, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task To_another_tenant_the_Core_does_not_exist()
    {
        var (acme, admin, id) = await CoreAsync(TestCores.Echo);
        var sibling = await (await world.NewTenantAsync(acme.Partner)).AsAdminAsync();

        await sibling.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/publish", null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
        await admin.PublishAsync(id);
        await sibling.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/unpublish", null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
    }

    private Task<(TestTenant, HttpClient, string)> CoreAsync(object core) => world.NewCoreAsync(core);
}
