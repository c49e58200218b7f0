using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>What publishing has to do with a tenant: the calls, the groups, and the rows that must agree with each other.</summary>
internal static class PublicationSteps
{
    private static readonly IdSource Ids = new(TimeProvider.System);

    extension(HttpClient http)
    {
        public Task<JsonElement> PublishAsync(string core, params string[] groups) => http.PostDataAsync($"{TestCores.Base}/cores/{core}/publish", new { group_ids = groups });

        public Task<JsonElement> UnpublishAsync(string core) => http.PostDataAsync($"{TestCores.Base}/cores/{core}/unpublish");

        /// <summary>A refusal that the contract words.</summary>
        public async Task RefusesAsync(string core, string verb, string message)
        {
            var error = await http.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{core}/{verb}", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal(message, error.Text("message"));
        }
    }

    extension(TestTenant acme)
    {
        public Task<string> NewGroupAsync() => acme.World.NewGroupAsync(ModelGroupScope.Tenant, null, acme.Tenant);

        public Task<PublicationRows> RowsAsync() => acme.World.Server.WithDbAsync(async db =>
        {
            await using var oneMoment = await db.BeginSnapshotAsync(TestContext.Current.CancellationToken);
            var prefix = $"{ModelSlug.CorePrefix}{acme.Tenant.Slug}/";
            var (models, groups) = (await db.Models.AsNoTracking().ToListAsync(), await db.ModelGroups.AsNoTracking().ToListAsync());
            return new PublicationRows(
                await db.Cores.AsNoTracking().Where(c => c.TenantId == acme.Tenant.Id).ToListAsync(),
                [.. models.Where(m => m.Slug.Value.StartsWith(prefix, StringComparison.Ordinal))],
                await db.Backends.AsNoTracking().Where(b => b.TenantId == acme.Tenant.Id && b.ProviderType == ProviderTypes.Core).ToListAsync(),
                await db.ModelBackends.AsNoTracking().ToListAsync(),
                [.. groups.SelectMany(g => g.Members, (g, m) => (g.Id.Value, m.Slug.Value)).Where(m => m.Item2.StartsWith(prefix, StringComparison.Ordinal)).Order()]);
        });

        /// <summary>No observer ever sees half a publication.</summary>
        public async Task AssertWholeAsync() => (await acme.RowsAsync()).AssertWhole();
    }

    public static async Task<string> NewGroupAsync(this World world, ModelGroupScope scope, Partner? partner, Tenant? tenant)
    {
        var group = new ModelGroup { Id = Ids.New<ModelGroup>(), Name = "Group", Scope = scope, PartnerId = partner?.Id, TenantId = tenant?.Id, CreatedAt = DateTimeOffset.UnixEpoch };
        await world.Server.WithDbAsync(db =>
        {
            db.ModelGroups.Add(group);
            return db.SaveChangesAsync();
        });
        return group.Id.Value;
    }
}

/// <summary>Everything of one tenant that a publication touches.</summary>
internal sealed record PublicationRows(
    List<Core> Cores, List<FrontendModel> Models, List<BackendModel> Backends, List<ModelBackend> Links, List<(string Group, string Slug)> Memberships)
{
    public Core Core => Assert.Single(Cores);

    public FrontendModel Model => Assert.Single(Models);

    public BackendModel Backend => Assert.Single(Backends);

    public void AssertWhole()
    {
        var said = Cores.Select(c => c.Publication).OfType<Publication>().ToList();
        Assert.Equal(said.Select(p => $"{p.ModelId} {p.Slug}").Order(), Models.Select(m => $"{m.Id} {m.Slug}").Order());
        Assert.Equal(said.Select(p => p.BackendId).Order(), Backends.Select(b => b.Id).Order());
        foreach (var core in Cores.Where(c => c.Publication is not null))
        {
            var backend = Assert.Single(Backends, b => b.Id == core.Publication!.BackendId);
            Assert.Equal(core.Id.Value, backend.ConnectionConfig["core_id"].AsString());
            Assert.Single(Links, l => l.FrontendId == core.Publication!.ModelId && l.BackendId == backend.Id);
            Assert.Equal(core.Name, Assert.Single(Models, m => m.Id == core.Publication!.ModelId).DisplayName);
        }

        Assert.All(Links.Where(l => Backends.Exists(b => b.Id == l.BackendId)), l => Assert.Contains(Models, m => m.Id == l.FrontendId));
        Assert.All(Memberships, m => Assert.Contains(Models, model => model.Slug.Value == m.Slug));
        Assert.All(Cores.Where(c => c.Publication is null), c => Assert.DoesNotContain(c.Metadata.Members, m => m.Key.StartsWith("published", StringComparison.Ordinal)));
    }
}
