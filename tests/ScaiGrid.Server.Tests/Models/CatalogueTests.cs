using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class CatalogueTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly IdSource _ids = new(TimeProvider.System);

    private Catalogue Catalogue => world.Server.Services.GetRequiredService<Catalogue>();

    private ConnectionSecrets Secrets => world.Server.Services.GetRequiredService<ConnectionSecrets>();

    [Fact]
    public async Task A_model_stands_there_with_its_backends_in_order_its_groups_and_its_tenant()
    {
        var tenant = await world.NewTenantAsync();
        var model = Model(tenant.Tenant.Id);
        var (first, second) = (Backend("openai", """{"api_key":"sk-proj-0123456789abcdef"}"""), Backend("custom", "{}"));
        var group = new ModelGroup { Id = _ids.New<ModelGroup>(), Name = "g", Scope = ModelGroupScope.Tenant, TenantId = tenant.Tenant.Id, CreatedAt = DateTimeOffset.UnixEpoch };
        group.Add(model.Slug);
        await SaveAsync(model, first, second, group, Link(model, second, 1, 3), Link(model, first, 0, 1));

        var found = Catalogue.Current.Find(model.Slug.Value);

        Assert.NotNull(found);
        Assert.Same(found, Catalogue.Current.Find(model.Id));
        Assert.Equal(tenant.Partner.Id, found.PartnerId);
        Assert.Equal([first.Id, second.Id], found.Backends.Select(b => b.Backend.Id));
        Assert.Equal((1, 3), (found.Backends[1].Priority, found.Backends[1].Weight));
        Assert.Equal("sk-proj-0123456789abcdef", found.Backends[0].Backend.Config["api_key"].AsString());
        Assert.Equal([CatalogueGroup.Of(group)], found.Groups);
        Assert.Equal(tenant.Tenant.Slug, Catalogue.Current.Tenants[tenant.Tenant.Id].Slug);
        Assert.Null(found.Core);
    }

    [Fact]
    public async Task A_published_Cores_state_is_known_without_a_query()
    {
        var tenant = await world.NewTenantAsync();
        var core = NewCore(tenant.Tenant.Id);
        var (model, backend) = (Model(tenant.Tenant.Id), Backend("scaicore", $$"""{"core_id":"{{core.Id}}"}""", tenant.Tenant.Id));
        await SaveAsync(core, model, backend, Link(model, backend, 0, 1));

        var found = Catalogue.Current.Find(model.Id)!;

        Assert.Equal(new(core.Id, tenant.Tenant.Id, "Approvals", CoreStatus.Created, core.Version, null), found.Core);
        Assert.False(found.Backends[0].Backend.IsActive);
    }

    [Fact]
    public async Task A_backend_never_reaches_the_Core_of_another_tenant()
    {
        var (tenant, stranger) = (await world.NewTenantAsync(), await world.NewTenantAsync());
        var core = NewCore(stranger.Tenant.Id);
        var (model, backend) = (Model(tenant.Tenant.Id), Backend("scaicore", $$"""{"core_id":"{{core.Id}}"}""", tenant.Tenant.Id));
        await SaveAsync(core, model, backend, Link(model, backend, 0, 1));

        Assert.Null(Catalogue.Current.Find(model.Id)!.Core);
    }

    [Fact]
    public async Task A_backend_whose_secrets_cannot_be_read_is_left_out_and_the_rest_stays()
    {
        var (model, broken, good) = (Model(null), Backend("openai", "{}"), Backend("openai", "{}"));
        broken.ConnectionConfig = Value.FromJson("""{"api_key":{"$secret":"not a ciphertext"}}""");
        await SaveAsync(model, broken, good, Link(model, broken, 0, 1), Link(model, good, 1, 1));

        var found = Catalogue.Current.Find(model.Id)!;

        Assert.Equal([good.Id], found.Backends.Select(b => b.Backend.Id));
        Assert.Equal(2, found.LinkCount);
    }

    [Fact]
    public async Task Another_replica_shows_a_change_soon()
    {
        await using var other = world.Server.AnotherReplica();
        var theirs = other.Services.GetRequiredService<Catalogue>();
        var model = Model(null);
        await SaveAsync(model);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(5)); // two are promised; a busy machine is not what is tested here

        while (theirs.Current.Find(model.Id) is null)
        {
            await Task.Delay(20, patience.Token);
        }

        Assert.NotNull(theirs.Current.Find(model.Slug.Value));
    }

    [Fact]
    public async Task When_it_cannot_be_read_the_last_good_one_stays_and_a_change_is_still_saved()
    {
        var scopes = new BreakableScopes(world.Server.Services.GetRequiredService<IServiceScopeFactory>());
        var stamps = new ChangeStamps(scopes, TimeProvider.System, NullLogger<ChangeStamps>.Instance);
        using var catalogue = new Catalogue(scopes, Secrets, stamps, NullLogger<Catalogue>.Instance);
        await catalogue.LoadAsync(Cancel);
        var good = catalogue.Current;

        scopes.Broken = true;
        await Assert.ThrowsAsync<InvalidOperationException>(() => catalogue.LoadAsync(Cancel));
        await stamps.RefreshAsync(Stamped.Catalogue, Cancel);
        Assert.Same(good, catalogue.Current);

        scopes.Broken = false;
        await stamps.CatchUpAsync(Cancel);
        Assert.NotSame(good, catalogue.Current);
    }

    [Fact]
    public async Task Whoever_saved_sees_it_though_many_save_at_once_and_nobody_sees_half_of_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            var (model, backend) = (Model(null), Backend("openai", "{}"));
            await SaveAsync(model, backend, Link(model, backend, 0, 1));
            Assert.Single(Catalogue.Current.Find(model.Id)!.Backends);
            Assert.All(Catalogue.Current.Models.Where(m => m.Slug.StartsWith("whole/", StringComparison.Ordinal)), m => Assert.Single(m.Backends));

            FrontendModel Model(Id<Tenant>? tenant) => CatalogueTests.Model(tenant, _ids, "whole");
        }));
    }

    private static FrontendModel Model(Id<Tenant>? tenant, IdSource ids, string vendor)
    {
        var id = ids.New<FrontendModel>();
        return new() { Id = id, Slug = new($"{vendor}/{id}"), TenantId = tenant, DisplayName = "M", CreatedAt = DateTimeOffset.UnixEpoch };
    }

    private static ModelBackend Link(FrontendModel model, BackendModel backend, int priority, int weight) =>
        new() { FrontendId = model.Id, BackendId = backend.Id, Priority = priority, Weight = weight };

    private FrontendModel Model(Id<Tenant>? tenant) => Model(tenant, _ids, "catalogue");

    private BackendModel Backend(string type, string config, Id<Tenant>? tenant = null) => new()
    {
        Id = _ids.New<BackendModel>(),
        TenantId = tenant,
        ProviderType = type,
        Name = "B",
        ConnectionConfig = Secrets.Protect(type, Value.FromJson(config)),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private Core NewCore(Id<Tenant> tenant) => new()
    {
        Id = _ids.New<Core>(),
        TenantId = tenant,
        Name = "Approvals",
        Slug = new("approvals"),
        CreatedBy = new("usr_x"),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private Task<int> SaveAsync(params object[] rows) => world.Server.WithDbAsync(db =>
    {
        db.AddRange(rows);
        return db.SaveChangesAsync(Cancel);
    });

    private sealed class BreakableScopes(IServiceScopeFactory real) : IServiceScopeFactory
    {
        public bool Broken { get; set; }

        public IServiceScope CreateScope() => Broken ? throw new InvalidOperationException("The database is away.") : real.CreateScope();
    }
}
