using System.Net;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

public sealed class UnpublishCoreTests(World world)
{
    [Fact]
    public async Task Unpublishing_leaves_nothing_of_the_publication_and_all_of_the_Core()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var (listed, added) = (await acme.NewGroupAsync(), await acme.NewGroupAsync());
        var before = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}");
        var slug = (await admin.PublishAsync(id, listed)).Text("metadata.published_slug")!;
        await world.Server.WithDbAsync(async db =>
        {
            (await db.ModelGroups.FindAsync(new Id<ModelGroup>(added)))!.Add(new(slug)); // later, by hand
            return await db.SaveChangesAsync();
        });

        var after = await admin.UnpublishAsync(id);

        var rows = await acme.RowsAsync();
        rows.AssertWhole();
        Assert.Empty(rows.Models);
        Assert.Empty(rows.Backends);
        Assert.Empty(rows.Memberships);
        foreach (var kept in (string[])["name", "slug", "status", "source", "metadata", "environment", "created_at"])
        {
            Assert.Equal(before.At(kept).ToString(), after.At(kept).ToString());
        }
    }

    [Fact]
    public async Task A_Core_that_was_never_published_cannot_be_unpublished()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);

        await admin.RefusesAsync(id, "unpublish", "Core is not published");
        await admin.PublishAsync(id);
        await admin.UnpublishAsync(id);
        await admin.RefusesAsync(id, "unpublish", "Core is not published");
    }

    [Fact]
    public async Task After_unpublishing_it_can_be_published_again_under_the_same_slug()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var first = await admin.PublishAsync(id);
        await admin.UnpublishAsync(id);

        var again = await admin.PublishAsync(id, await acme.NewGroupAsync());

        Assert.Equal(first.Text("metadata.published_slug"), again.Text("metadata.published_slug"));
        Assert.NotEqual(first.Text("metadata.published_model_id"), again.Text("metadata.published_model_id"));
        Assert.Single((await acme.RowsAsync()).Memberships);
        await acme.AssertWholeAsync();
    }

    [Fact]
    public async Task Deleting_a_published_Core_unpublishes_it()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var slug = (await admin.PublishAsync(id, await acme.NewGroupAsync())).Text("metadata.published_slug")!;

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}")).Status);

        var rows = await acme.RowsAsync();
        Assert.Empty(rows.Cores);
        rows.AssertWhole();
        await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", TestCores.Message(slug, "Hello"), HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    [Fact]
    public async Task Rows_that_are_gone_already_do_not_keep_a_Core_published()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PublishAsync(id);
        var rows = await acme.RowsAsync();
        await world.Server.WithDbAsync(async db =>
        {
            db.Models.RemoveRange(rows.Models);
            db.Backends.RemoveRange(rows.Backends);
            return await db.SaveChangesAsync();
        });

        await admin.UnpublishAsync(id);

        await acme.AssertWholeAsync();
    }
}
