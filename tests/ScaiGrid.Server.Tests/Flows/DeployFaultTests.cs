using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

/// <summary>Whatever call to the database fails in the middle, a deployment happened whole or not at all.</summary>
public sealed class DeployFaultTests : IAsyncLifetime
{
    private const int MoreThanEnough = 100;

    private readonly FailingDatabase _database = new();
    private readonly OidcWorld _world;

    public DeployFaultTests() => _world = new([], _database.AddTo);

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public Task A_first_deployment_is_all_or_nothing() => EachFaultAsync(isDeployed: false);

    [Fact]
    public Task A_later_deployment_is_all_or_nothing() => EachFaultAsync(isDeployed: true);

    private async Task EachFaultAsync(bool isDeployed)
    {
        for (var call = 1; call < MoreThanEnough; call++)
        {
            var acme = await _world.NewTenantAsync();
            var admin = await _world.NewPersonAsync(acme, [Roles.TenantAdmin]);
            var id = (await admin.Http.NewFlowAsync()).Text("id")!;
            if (isDeployed)
            {
                await admin.Http.DeployAsync(id, new { publish_as_model = true });
                await admin.Http.SaveAsync(id, Echo("new"));
            }

            _database.FailAt(call);
            var (status, body) = await admin.Http.SendAsync(HttpMethod.Post, $"{Base}/{id}/deploy", new { publish_as_model = true });
            var failed = _database.HasFailed;
            _database.FailAt(0);

            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable, $"call {call}: {status} {body}");
            await AssertWholeAsync(acme, id);
            await admin.Http.DeployAsync(id, new { publish_as_model = true }); // and nothing keeps it from being deployed
            await AssertWholeAsync(acme, id);
            if (!failed)
            {
                Assert.True(call > 5, $"Only {call - 1} calls were made, so this test does not see them.");
                return;
            }
        }

        Assert.Fail($"It makes more than {MoreThanEnough} calls.");
    }

    /// <summary>The Core has the program of the last deployment, which says under which name it is published.</summary>
    private async Task AssertWholeAsync(TestTenant acme, string flow)
    {
        await acme.AssertWholeAsync();
        var last = await _world.Server.WithDbAsync(db => db.FlowDeployments.Where(d => d.FlowId == new Id<Flow>(flow)).OrderByDescending(d => d.Sequence).FirstOrDefaultAsync());
        var cores = (await acme.RowsAsync()).Cores;
        if (last is null)
        {
            Assert.Empty(cores);
            return;
        }

        var core = Assert.Single(cores);
        Assert.Equal((last.CoreId, last.ManifestDigest, last.PublishedSlug), (core.Id, ScaiGrid.Flows.Manifests.ManifestReader.Read(core.Source).Manifest!.Digest, core.Publication?.Slug.Value));
    }
}
