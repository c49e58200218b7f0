using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Storage;
using ScaiGrid.Server.Tests.Access;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Whatever call to the database or to the object store fails in the middle: never a row without its object, never half a change.</summary>
public sealed class CatalogFaultTests : IAsyncLifetime
{
    private const int MoreThanEnough = 150;

    private readonly FailingDatabase _database = new();
    private readonly FailingObjects _objects = new();
    private readonly SettableClock _clock = new();
    private OidcWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = new([], services =>
        {
            _database.AddTo(services);
            _objects.AddTo(services);
        });
        await _world.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task A_publish_that_a_database_fault_ends_leaves_nothing_half_done_and_may_be_sent_again()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.0.1", id: "first")); // the tenant has its key from here on
        for (var call = 1; call < MoreThanEnough; call++)
        {
            var (id, version) = ($"package-{call}", "0.1.0");
            _database.FailAt(call);
            var (status, body) = await alice.Http.SendAsync(HttpMethod.Post, $"{Base}/publish", Support(version, id: id));
            var failed = _database.HasFailed;
            _database.FailAt(0);

            Assert.True(status is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, $"call {call}: {status} {body}");
            var there = (await _world.Server.AssertWholeAsync(acme.Tenant.Id)).Contains($"{id} {version}");
            var again = (await alice.Http.PublishAsync(Support(version, id: id))).Text("version");
            Assert.Equal(there ? "0.1.1" : version, again); // what never came to be does not use up its version
            await _world.Server.AssertWholeAsync(acme.Tenant.Id);
            if (!failed)
            {
                Assert.True(call > 10, $"Only {call - 1} calls were made, so this test does not see them.");
                return;
            }
        }

        Assert.Fail($"It makes more than {MoreThanEnough} calls.");
    }

    [Theory]
    [InlineData(ObjectFault.Refused)]
    [InlineData(ObjectFault.AnswerLost)]
    internal async Task A_publish_that_an_object_fault_ends_leaves_no_row_and_may_be_sent_again(ObjectFault fault)
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        for (var call = 1; call < MoreThanEnough; call++)
        {
            _objects.FailAt(call, fault);
            var (status, body) = await alice.Http.SendAsync(HttpMethod.Post, $"{Base}/publish", Support("0.1.0", id: $"package-{call}"));
            var failed = _objects.HasFailed;
            _objects.FailAt(0, fault);
            if (!failed)
            {
                Assert.Equal((HttpStatusCode.Created, true), (status, call > 2));
                return;
            }

            Assert.True(status == HttpStatusCode.ServiceUnavailable, $"call {call}: {status} {body}");
            Assert.DoesNotContain($"package-{call} 0.1.0", await _world.Server.AssertWholeAsync(acme.Tenant.Id));
            Assert.Equal("0.1.0", (await alice.Http.PublishAsync(Support("0.1.0", id: $"package-{call}"))).Text("version"));
            await _world.Server.AssertWholeAsync(acme.Tenant.Id);
        }
    }

    [Theory]
    [InlineData("PATCH", "/visibility")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/versions/0.2.0/yank")]
    [InlineData("POST", "/transfer")]
    public async Task Every_other_change_is_all_or_nothing(string method, string path)
    {
        var acme = await _world.NewTenantAsync();
        var (alice, admin) = (await _world.NewAuthorAsync(acme), await _world.NewPersonAsync(acme, [Server.Access.Roles.TenantAdmin]));
        var group = await _world.NewUserGroupAsync(acme);
        for (var call = 1; call < MoreThanEnough; call++)
        {
            var id = $"package-{call}";
            await alice.Http.PublishAsync(Support("0.1.0", id: id));
            await alice.Http.PublishAsync(Support("0.2.0", id: id));
            _database.FailAt(call);
            var (status, body) = await admin.Http.SendAsync(new(method), $"{Base}/{id}{path}", path switch
            {
                "/visibility" => new { visibility = "groups", visibility_group_ids = new[] { group } },
                "/transfer" => new { author_id = admin.Id },
                _ => null,
            });
            var failed = _database.HasFailed;
            _database.FailAt(0);

            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent or HttpStatusCode.ServiceUnavailable, $"call {call}: {status} {body}");
            await _world.Server.AssertWholeAsync(acme.Tenant.Id);
            if (!failed)
            {
                Assert.True(call > 5, $"Only {call - 1} calls were made, so this test does not see them.");
                return;
            }
        }

        Assert.Fail($"It makes more than {MoreThanEnough} calls.");
    }

    [Fact]
    public async Task Another_flow_that_is_published_over_a_dead_publish_gets_the_next_version()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        await OrphanAsync(acme, "customer-support", "0.1.0", "somebody else's bytes"u8.ToArray());

        Assert.Equal("0.1.1", (await alice.Http.PublishAsync(Support("0.1.0"))).Text("version"));
        Assert.Equal(["customer-support 0.1.1"], await _world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task A_signature_that_a_dead_publish_left_is_replaced()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        await _world.Server.Services.GetRequiredService<IObjectStore>().PutIfAbsentAsync(
            ObjectKey.Parse($"catalog/{acme.Tenant.Id}/customer-support/v0.1.0.scaipkg.sig", null), "{}"u8.ToArray(), TestContext.Current.CancellationToken);

        Assert.Equal("0.1.0", (await alice.Http.PublishAsync(Support("0.1.0"))).Text("version"));
        await _world.Server.AssertWholeAsync(acme.Tenant.Id);
    }

    [Fact]
    public async Task The_sweeper_removes_what_no_row_names_once_it_is_old_and_nothing_else()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0"));
        await alice.Http.PublishAsync(Support("0.1.0", id: "deleted"));
        await alice.Http.BareAsync(HttpMethod.Delete, $"{Base}/deleted", null, HttpStatusCode.NoContent);
        await OrphanAsync(acme, "customer-support", "9.9.9", [1]);
        var objects = _world.Server.Services.GetRequiredService<IObjectStore>();
        var foreign = ObjectKey.Parse($"catalog/{acme.Tenant.Id}/customer-support/notes.txt", null);
        await objects.PutIfAbsentAsync(foreign, "mine"u8.ToArray(), TestContext.Current.CancellationToken);
        using var sweeper = ActivatorUtilities.CreateInstance<ObjectSweeper>(_world.Server.Services, _clock);

        Assert.Equal(0, await sweeper.SweepAsync(TestContext.Current.CancellationToken));
        _clock.Advance(ObjectSweeper.Grace - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await sweeper.SweepAsync(TestContext.Current.CancellationToken));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await sweeper.SweepAsync(TestContext.Current.CancellationToken));

        Assert.Equal(2, (await _world.Server.ArchivesAsync(acme.Tenant.Id)).Count);
        Assert.True(await objects.ExistsAsync(foreign, TestContext.Current.CancellationToken));
        Assert.Equal(2, (await _world.Server.AssertWholeAsync(acme.Tenant.Id)).Count);
    }

    [Fact]
    public async Task A_suspect_that_gets_its_row_meanwhile_is_spared()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        _database.FailAt(0);
        _objects.FailAt(2, ObjectFault.Refused); // the archive is there, its signature is not
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await alice.Http.SendAsync(HttpMethod.Post, $"{Base}/publish", Support("0.1.0"))).Status);
        _objects.FailAt(0, ObjectFault.Refused);
        using var sweeper = ActivatorUtilities.CreateInstance<ObjectSweeper>(_world.Server.Services, _clock);
        Assert.Equal(0, await sweeper.SweepAsync(TestContext.Current.CancellationToken));
        _clock.Advance(ObjectSweeper.Grace);

        await alice.Http.PublishAsync(Support("0.1.0"));

        Assert.Equal(0, await sweeper.SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["customer-support 0.1.0"], await _world.Server.AssertWholeAsync(acme.Tenant.Id));
    }

    [Fact]
    public async Task A_flipped_byte_is_noticed_and_nothing_of_the_package_is_served()
    {
        var acme = await _world.NewTenantAsync();
        var alice = await _world.NewAuthorAsync(acme);
        await alice.Http.PublishAsync(Support("0.1.0"));
        var (objects, key, cancel) = (_world.Server.Services.GetRequiredService<IObjectStore>(), ObjectKey.Parse($"catalog/{acme.Tenant.Id}/customer-support/v0.1.0.scaipkg", null), TestContext.Current.CancellationToken);
        var archive = (await objects.GetAsync(key, cancel))!;
        foreach (var damaged in new[] { Flipped(archive, 0), Flipped(archive, archive.Length / 2), Flipped(archive, archive.Length - 1), archive[..^1], null })
        {
            await objects.DeleteAsync(key, cancel);
            if (damaged is not null)
            {
                await objects.PutIfAbsentAsync(key, damaged, cancel);
            }

            foreach (var path in new[] { "/install", "", "/versions/0.1.0/download" })
            {
                var detail = await alice.Http.DeniedAsync(HttpMethod.Get, $"{Base}/customer-support{path}", null, HttpStatusCode.InternalServerError, "package_corrupt");
                Assert.Equal(["error", "message"], detail.EnumerateObject().Select(m => m.Name));
            }
        }

        Assert.Equal(["customer-support"], await alice.Http.ListedAsync()); // the rest of the catalog works
    }

    private static byte[] Flipped(byte[] archive, int at)
    {
        var copy = (byte[])archive.Clone();
        copy[at] ^= 1;
        return copy;
    }

    private async Task OrphanAsync(TestTenant tenant, string package, string version, byte[] bytes) =>
        Assert.True(await _world.Server.Services.GetRequiredService<IObjectStore>().PutIfAbsentAsync(
            ObjectKey.Parse($"catalog/{tenant.Tenant.Id}/{package}/v{version}.scaipkg", null), bytes, TestContext.Current.CancellationToken));
}
