using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>Many at once: one wins, the others are told so, and nothing is left half done.</summary>
public sealed class PublicationRaceTests(World world)
{
    private const int Many = 20;

    [Fact]
    public async Task Of_many_publishes_exactly_one_succeeds()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var group = await acme.NewGroupAsync();

        await OneWinsAsync(admin, id, "publish", new { group_ids = new[] { group } }, "Core is already published as a model");
        (await acme.RowsAsync()).AssertWhole();
        Assert.Single((await acme.RowsAsync()).Memberships);

        await OneWinsAsync(admin, id, "unpublish", null, "Core is not published");
        (await acme.RowsAsync()).AssertWhole();
        Assert.Empty((await acme.RowsAsync()).Models);
    }

    [Fact]
    public async Task Publishing_unpublishing_editing_and_deleting_at_once_leave_a_whole_Core()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var (group, core) = (await acme.NewGroupAsync(), $"{TestCores.Base}/cores/{id}");
        var calls = new List<Task<(HttpStatusCode, System.Text.Json.JsonElement)>>();
        for (var i = 0; i < 6; i++)
        {
            calls.Add(admin.SendAsync(HttpMethod.Post, $"{core}/publish", new { group_ids = new[] { group } }));
            calls.Add(admin.SendAsync(HttpMethod.Put, core, new { name = $"Name {i}", metadata = new { published = i % 2 == 0 } }));
            calls.Add(admin.SendAsync(HttpMethod.Post, $"{core}/unpublish"));
            await acme.AssertWholeAsync(); // also in the middle
        }

        calls.Add(admin.SendAsync(HttpMethod.Delete, core));
        var statuses = (await Task.WhenAll(calls)).Select(c => (int)c.Item1).ToList();

        Assert.All(statuses, s => Assert.Contains(s, (int[])[200, 204, 400, 404, 409]));
        await acme.AssertWholeAsync();
        await admin.SendAsync(HttpMethod.Delete, core);
        var rows = await acme.RowsAsync();
        Assert.Empty(rows.Cores);
        rows.AssertWhole();
    }

    [Fact]
    public async Task Many_Cores_published_into_one_group_at_once_all_stand_in_it()
    {
        var acme = await world.NewTenantAsync();
        var (admin, group) = (await acme.AsAdminAsync(), await acme.NewGroupAsync());
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            ids.Add((await admin.CreateCoreAsync(TestCores.Echo.Replace("Echo Agent", $"Agent {i}", StringComparison.Ordinal))).Text("id")!);
        }

        await Task.WhenAll(ids.Select(id => admin.PublishAsync(id, group)));

        var rows = await acme.RowsAsync();
        Assert.Equal(8, rows.Memberships.Count);
        rows.AssertWhole();
    }

    [Fact]
    public async Task A_group_that_is_deleted_meanwhile_is_left_out_and_the_Core_is_published()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var groups = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            groups.Add(await acme.NewGroupAsync());
        }

        var deletions = groups.Select(g => world.Server.WithDbAsync(db => db.ModelGroups.Where(x => x.Id == new Id<ModelGroup>(g)).ExecuteDeleteAsync()));
        var publishing = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/publish", new { group_ids = groups });
        await Task.WhenAll(deletions);
        var (status, body) = await publishing;

        Assert.True(status == HttpStatusCode.OK, $"{status} {body}");
        await acme.AssertWholeAsync();
    }

    private static async Task OneWinsAsync(HttpClient admin, string id, string verb, object? body, string loser)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, Many).Select(_ => admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/{verb}", body)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a =>
            Assert.Equal((HttpStatusCode.BadRequest, "VALIDATION_ERROR", loser), (a.Status, a.Body.Text("error.code"), a.Body.Text("error.message"))));
    }
}
