using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;
using ScaiGrid.Server.Tests.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Storage;

/// <summary>What no row names goes, once it is old, and nothing else ever. The catalog's objects have their tests beside the catalog.</summary>
public sealed class ObjectSweeperTests : IAsyncLifetime
{
    private readonly FailingDatabase _database = new();
    private readonly VanishingObjects _objects = new();
    private readonly SettableClock _clock = new();
    private OidcWorld _world = null!;
    private ObjectSweeper _sweeper = null!;

    public async ValueTask InitializeAsync()
    {
        _world = new([], services =>
        {
            _database.AddTo(services);
            _objects.AddTo(services);
        });
        await _world.InitializeAsync();
        _sweeper = ActivatorUtilities.CreateInstance<ObjectSweeper>(_world.Server.Services, _clock);
    }

    public ValueTask DisposeAsync()
    {
        _sweeper.Dispose();
        return _world.DisposeAsync();
    }

    [Fact]
    public async Task Contents_that_no_version_names_are_removed_once_they_are_old_and_no_others()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        var kept = (await alice.Http.NewFlowAsync()).Text("id")!;
        await alice.Http.SaveAsync(kept, Echo("again"));
        var deleted = (await alice.Http.NewFlowAsync()).Text("id")!;
        await alice.Http.BareAsync(HttpMethod.Delete, $"{Base}/{deleted}", null, HttpStatusCode.NoContent);
        await PutAsync($"flows/{acme.Tenant.Id}/{kept}/v9.9.9.flow.json");
        await PutAsync($"flows/{acme.Tenant.Id}/flow_nobody/v1.0.0.flow.json");
        await PutAsync($"flows/{acme.Tenant.Id}/{kept}/notes.txt");

        Assert.Equal(0, await SweepAsync());
        _clock.Advance(ObjectSweeper.Grace - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await SweepAsync());
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await SweepAsync());

        Assert.Equal(
            [$"{kept}/notes.txt", $"{kept}/v1.0.0.flow.json", $"{kept}/v1.0.1.flow.json", $"{deleted}/v1.0.0.flow.json"],
            await KeysAsync($"flows/{acme.Tenant.Id}/"));
        await alice.Http.BareAsync(HttpMethod.Post, $"{Base}/{deleted}/restore"); // which the sweeper may not stand in the way of
        await alice.Http.GetFlowAsync(deleted);
    }

    [Fact]
    public async Task What_a_failed_save_left_goes_and_its_version_is_free_again()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        var id = (await alice.Http.NewFlowAsync()).Text("id")!;
        await FailToSaveAsync(alice, id, Echo("lost"));
        Assert.Contains($"{id}/v1.0.1.flow.json", await KeysAsync($"flows/{acme.Tenant.Id}/"));
        await SweepAsync();
        _clock.Advance(ObjectSweeper.Grace);

        Assert.Equal(1, await SweepAsync());
        await alice.Http.SaveAsync(id, Echo("kept"));

        Assert.Equal([$"{id}/v1.0.0.flow.json", $"{id}/v1.0.1.flow.json"], await KeysAsync($"flows/{acme.Tenant.Id}/"));
    }

    [Fact]
    public async Task A_content_that_gets_its_row_meanwhile_is_spared()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        var id = (await alice.Http.NewFlowAsync()).Text("id")!;
        await FailToSaveAsync(alice, id, Echo("twice"));
        await SweepAsync();
        _clock.Advance(ObjectSweeper.Grace);

        await alice.Http.SaveAsync(id, Echo("twice")); // finds its object there

        Assert.Equal(0, await SweepAsync());
        Assert.Equal("1.0.1", (await alice.Http.GetFlowAsync(id)).GetProperty("content").Text("version"));
    }

    [Fact]
    public async Task A_save_whose_content_is_removed_under_its_hands_stores_it_again()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        var id = (await alice.Http.NewFlowAsync()).Text("id")!;

        _objects.LoseNext();
        await alice.Http.SaveAsync(id, Echo("stubborn"));

        Assert.True(_objects.HasLost);
        Assert.Equal("1.0.1", (await alice.Http.GetFlowAsync(id)).GetProperty("content").Text("version"));
        Assert.Equal([$"{id}/v1.0.0.flow.json", $"{id}/v1.0.1.flow.json"], await KeysAsync($"flows/{acme.Tenant.Id}/"));
    }

    [Fact]
    public async Task Histories_that_their_runs_have_left_behind_are_removed()
    {
        var acme = await _world.NewTenantAsync();
        var (id, now) = (new Id<Run>($"run_{acme.Tenant.Id.Value}"), $"runs/{acme.Tenant.Id}/run_{acme.Tenant.Id}/9-abc");
        await _world.Server.WithDbAsync(db =>
        {
            db.Add(new Run
            {
                Id = id,
                TenantId = acme.Tenant.Id,
                CoreId = new("core_gone"),
                ProgramDigest = "sha256:0",
                FlowName = "main",
                Trigger = RunTrigger.Api,
                StartedBy = new("usr_somebody"),
                StartedAt = DateTimeOffset.UnixEpoch,
                Status = RunState.Suspended,
                HistoryKey = now,
            });
            return db.SaveChangesAsync();
        });
        await PutAsync(now);
        await PutAsync($"runs/{acme.Tenant.Id}/{id}/5-def");
        await PutAsync($"runs/{acme.Tenant.Id}/run_nobody/1-abc");
        await SweepAsync();
        _clock.Advance(ObjectSweeper.Grace);

        Assert.Equal(2, await SweepAsync());

        Assert.Equal([$"{id}/9-abc"], await KeysAsync($"runs/{acme.Tenant.Id}/"));
    }

    /// <summary>The content is stored, and the first statement that would write a row fails.</summary>
    private async Task FailToSaveAsync(OidcCaller author, string id, System.Text.Json.Nodes.JsonObject content)
    {
        for (var call = 1; ; call++)
        {
            _database.FailAt(call);
            var (status, _) = await author.Http.SendAsync(HttpMethod.Put, $"{Base}/{id}", new { content });
            _database.FailAt(0);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            if ((await KeysAsync("flows/")).Any(key => key.EndsWith($"{id}/v1.0.1.flow.json", StringComparison.Ordinal)))
            {
                return;
            }
        }
    }

    private Task<int> SweepAsync() => _sweeper.SweepAsync(TestContext.Current.CancellationToken);

    private async Task PutAsync(string key) => Assert.True(await _objects.PutIfAbsentAsync(ObjectKey.Parse(key, null), "{}"u8.ToArray(), TestContext.Current.CancellationToken));

    private async Task<List<string>> KeysAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var key in _objects.ListAsync(prefix, TestContext.Current.CancellationToken))
        {
            keys.Add(key.Value[prefix.Length..]);
        }

        return keys;
    }

    /// <summary>A store from which another process may remove what was just put.</summary>
    private sealed class VanishingObjects : IObjectStore
    {
        private IObjectStore _inner = null!;
        private bool _loses;

        public bool HasLost { get; private set; }

        public void LoseNext() => _loses = true;

        public void AddTo(IServiceCollection services)
        {
            _inner = (IObjectStore)services.Last(s => s.ServiceType == typeof(IObjectStore)).ImplementationInstance!;
            services.Replace(ServiceDescriptor.Singleton<IObjectStore>(this));
        }

        public async Task<bool> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken ct)
        {
            var put = await _inner.PutIfAbsentAsync(key, content, ct);
            if (_loses)
            {
                (_loses, HasLost) = (false, true);
                await _inner.DeleteAsync(key, ct);
            }

            return put;
        }

        public Task<byte[]?> GetAsync(ObjectKey key, CancellationToken ct) => _inner.GetAsync(key, ct);

        public Task<bool> ExistsAsync(ObjectKey key, CancellationToken ct) => _inner.ExistsAsync(key, ct);

        public Task DeleteAsync(ObjectKey key, CancellationToken ct) => _inner.DeleteAsync(key, ct);

        public IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken ct) => _inner.ListAsync(prefix, ct);
    }
}
