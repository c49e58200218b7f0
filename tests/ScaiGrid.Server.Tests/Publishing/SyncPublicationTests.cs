using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>A publication says what its Core says, from the very save of each edit.</summary>
public sealed class SyncPublicationTests(World world)
{
    [Fact]
    public async Task A_new_name_is_the_models_display_name_and_the_slug_stays() =>
        await EditedAsync(new { name = "Renamed" }, m => Assert.Equal(("Renamed", "echo-agent"), (m.DisplayName, m.Slug.Value.Split('/')[2])));

    [Fact]
    public async Task A_new_description_is_the_models() =>
        await EditedAsync(new { metadata = new { description = "Says it again" } }, m => Assert.Equal("Says it again", m.Description));

    [Fact]
    public async Task A_new_persona_is_the_models_system_prompt_and_description() =>
        await EditedAsync(
            new { source = JsonElement.Parse("""{"core":{"name":"E","identity":{"persona":"Grumpy"},"flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]}}""") },
            m => Assert.Equal(("Grumpy", "Grumpy"), (m.Description, m.SystemPromptTemplate)));

    [Fact]
    public async Task A_source_without_persona_leaves_the_model_without() =>
        await EditedAsync(
            new { source = JsonElement.Parse("""{"core":{"name":"E","flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]}}""") },
            m => Assert.Equal(("", null), (m.Description, m.SystemPromptTemplate)));

    [Fact]
    public async Task A_new_avatar_is_the_models() =>
        await EditedAsync(new { avatar_b64 = TestCores.PngBase64 }, m => Assert.Equal($"/v1/models/{m.Id}/avatar", m.AvatarUrl));

    [Fact]
    public async Task A_new_runtime_mode_stands_in_the_models_metadata() =>
        await EditedAsync(new { runtime_mode = "model" }, m => Assert.Equal("model", m.Metadata["runtime_mode"].AsString()));

    [Fact]
    public async Task A_refused_edit_changes_neither()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PublishAsync(id);

        await admin.RefusedAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { name = "Renamed", source = new { core = new { } } }, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");

        Assert.Equal("Echo Agent", (await acme.RowsAsync()).Model.DisplayName);
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task A_callers_metadata_neither_publishes_nor_unpublishes()
    {
        var (acme, admin, id) = await world.NewCoreAsync(new { name = "A", metadata = new { published = true, published_slug = "scaicore/x/y", published_by = "me", mine = 1 } });
        Assert.Equal("""{"mine":1}""", (await acme.RowsAsync()).Core.Metadata.ToJson());
        await admin.RefusesAsync(id, "unpublish", "Core is not published");

        var published = (await admin.PublishAsync(id)).At("metadata");
        var edited = await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { metadata = new { published = false, published_model_id = "fm_other", yours = 2 } });

        Assert.False(edited.At("metadata").TryGetProperty("mine", out _));
        Assert.Equal(2, edited.At("metadata.yours").GetInt32());
        Assert.Equal(published.Text("published_model_id"), edited.Text("metadata.published_model_id"));
        Assert.True(edited.At("metadata.published").GetBoolean());
        await acme.AssertWholeAsync();
    }

    private async Task EditedAsync(object edit, Action<FrontendModel> check)
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PublishAsync(id);

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", edit);

        var rows = await acme.RowsAsync();
        rows.AssertWhole();
        check(rows.Model);
    }
}
