using System.Net;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>Whatever call to the database fails in the middle, all of it happened or nothing did.</summary>
public sealed class PublicationFaultTests : IAsyncDisposable
{
    private const int MoreThanEnough = 100;

    private readonly FailingDatabase _database = new();
    private readonly World _world;

    public PublicationFaultTests() => _world = new(new TestServer(services: _database.AddTo));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public Task Publishing_is_all_or_nothing() => EachFaultAsync(HttpMethod.Post, "/publish", isPublished: false);

    [Fact]
    public Task Unpublishing_is_all_or_nothing() => EachFaultAsync(HttpMethod.Post, "/unpublish", isPublished: true);

    [Fact]
    public Task Editing_a_published_Core_is_all_or_nothing() => EachFaultAsync(HttpMethod.Put, "", isPublished: true);

    [Fact]
    public Task Deleting_a_published_Core_is_all_or_nothing() => EachFaultAsync(HttpMethod.Delete, "", isPublished: true);

    private async Task EachFaultAsync(HttpMethod method, string path, bool isPublished)
    {
        var acme = await _world.NewTenantAsync();
        var (admin, group) = (await acme.AsAdminAsync(), await acme.NewGroupAsync());
        await admin.GetDataAsync($"{TestCores.Base}/cores"); // the key is known from here on
        for (var call = 1; call < MoreThanEnough; call++)
        {
            var id = (await admin.CreateCoreAsync(TestCores.Echo)).Text("id")!;
            if (isPublished)
            {
                await admin.PublishAsync(id, group);
            }

            _database.FailAt(call);
            var (status, body) = await admin.SendAsync(method, $"{TestCores.Base}/cores/{id}{path}", new { group_ids = new[] { group } } is var groups && path == "/publish" ? groups : method == HttpMethod.Put ? new { name = "Renamed" } : null);
            var failed = _database.HasFailed;
            _database.FailAt(0);

            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.ServiceUnavailable, $"call {call}: {status} {body}");
            await acme.AssertWholeAsync();
            await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}"); // and nothing keeps it from being used on
            Assert.Empty((await acme.RowsAsync()).Cores);
            await acme.AssertWholeAsync();
            if (!failed)
            {
                Assert.True(call > 5, $"Only {call - 1} calls were made, so this test does not see them.");
                return;
            }
        }

        Assert.Fail($"It makes more than {MoreThanEnough} calls.");
    }
}
