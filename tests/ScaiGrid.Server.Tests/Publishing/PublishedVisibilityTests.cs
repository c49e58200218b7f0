using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Publishing;

/// <summary>"No groups, no visibility" for those whose access is restricted to groups.</summary>
public sealed class PublishedVisibilityTests(World world)
{
    [Fact]
    public async Task Without_groups_a_group_restricted_key_does_not_see_the_model_and_a_user_of_the_tenant_does()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");
        var group = await acme.NewGroupAsync();
        var restricted = (await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = [group])).Http;
        var user = await acme.AsAsync(Roles.TenantUser);

        var slug = (await admin.PublishAsync(id)).Text("metadata.published_slug")!;
        await SeesAsync(restricted, slug, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");
        await SeesAsync(user, slug);

        await admin.UnpublishAsync(id);
        await SeesAsync(user, slug, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        await admin.PublishAsync(id, group);
        await SeesAsync(restricted, slug);
        await SeesAsync(user, slug);
    }

    [Fact]
    public async Task A_tenant_that_restricts_models_to_groups_sees_it_only_in_a_group()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Tenants.FindAsync(acme.Tenant.Id))!.RestrictModelsToGroups = true;
            return await db.SaveChangesAsync();
        });
        var user = await acme.AsAsync(Roles.TenantUser);

        var slug = (await admin.PublishAsync(id)).Text("metadata.published_slug")!;
        await SeesAsync(user, slug, HttpStatusCode.Forbidden, "MODEL_ACCESS_DENIED");

        await admin.UnpublishAsync(id);
        await admin.PublishAsync(id, await acme.NewGroupAsync());
        await SeesAsync(user, slug);
    }

    [Fact]
    public async Task Another_tenant_sees_the_model_only_in_a_group_within_its_reach()
    {
        var (acme, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");
        var (sibling, foreign) = (await (await world.NewTenantAsync(acme.Partner)).AsAsync(Roles.TenantUser), await (await world.NewTenantAsync()).AsAsync(Roles.TenantUser));
        var partner = await acme.AsAsync(Roles.PartnerAdmin);

        var slug = (await partner.PublishAsync(id)).Text("metadata.published_slug")!;
        await SeesAsync(sibling, slug, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        await SeesAsync(foreign, slug, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");

        await admin.UnpublishAsync(id);
        await partner.PublishAsync(id, await world.NewGroupAsync(ModelGroupScope.Partner, acme.Partner, null));
        await SeesAsync(sibling, slug);
        await SeesAsync(foreign, slug, HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    private static async Task SeesAsync(HttpClient caller, string slug, HttpStatusCode status = HttpStatusCode.OK, string? code = null)
    {
        var listed = (await caller.SendAsync(HttpMethod.Get, "/oai/v1/models")).Body.GetProperty("data").EnumerateArray().Select(m => m.Text("id"));
        if (code is null)
        {
            Assert.Equal("You said: Hello", (await caller.ChatAsync(slug, "Hello")).Reply);
            Assert.Contains(slug, listed);
        }
        else
        {
            await caller.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", TestCores.Message(slug, "Hello"), status, code);
            Assert.DoesNotContain(slug, listed);
        }
    }
}
