using System.Net;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>What instances remember can be seen and cleared, by who may.</summary>
public sealed class MemoryApiTests(World world)
{
    [Fact]
    public async Task Instances_are_listed_by_key_page_and_prefix()
    {
        var (_, admin, id) = await CountedAsync("b", "ab", "Ab", "a b", "a.c", "ä", "z_1", "z-2");
        var path = $"{TestCores.Base}/cores/{id}/memory";

        var page = (await admin.SendAsync(HttpMethod.Get, $"{path}?limit=3")).Body;
        var rest = await admin.GetDataAsync($"{path}?limit=9&cursor={page.Text("pagination.next_cursor")}");

        Assert.Equal(["Ab", "a b", "a.c"], page.At("data.items").EnumerateArray().Select(i => i.Text("instance_key")));
        Assert.Equal(["ab", "b", "z-2", "z_1", "ä"], rest.At("items").EnumerateArray().Select(i => i.Text("instance_key")));
        Assert.Equal(["a b", "a.c", "ab"], (await admin.GetDataAsync($"{path}?prefix=a")).At("items").EnumerateArray().Select(i => i.Text("instance_key")));
        Assert.Equal(["z_1"], (await admin.GetDataAsync($"{path}?prefix=z_")).At("items").EnumerateArray().Select(i => i.Text("instance_key")));
        Assert.False(page.At("data.items")[0].TryGetProperty("variables", out _));
        Assert.Equal(22, page.At("data.items")[0].At("size_bytes").GetInt32());
        await admin.RefusedAsync(HttpMethod.Get, $"{path}?prefix=%01", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task One_instance_is_cleared_and_begins_anew()
    {
        var (_, admin, id) = await CountedAsync("ada", "eve");

        Assert.Equal(HttpStatusCode.NoContent, (await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada")).Status);

        await admin.NoMemoryAsync(id, "ada");
        await admin.RefusedAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada", null, HttpStatusCode.NotFound, "INSTANCE_NOT_FOUND");
        Assert.Equal(("1", "2"), (await admin.CountAsync(id, "ada"), await admin.CountAsync(id, "eve")));
    }

    [Fact]
    public async Task All_are_cleared_at_once_but_those_of_other_Cores()
    {
        var (_, admin, id) = await CountedAsync("ada", "eve");
        var other = await admin.StartedCoreAsync(Counters.Yaml().Replace("Counter", "Other", StringComparison.Ordinal));
        await admin.CountAsync(other, "ada");

        var cleared = await admin.DataAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory");

        Assert.Equal(2, cleared.At("cleared").GetInt32());
        Assert.Empty((await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/memory")).At("items").EnumerateArray());
        Assert.Equal(("1", "2"), (await admin.CountAsync(id, "ada"), await admin.CountAsync(other, "ada")));
    }

    [Fact]
    public async Task Only_the_memory_that_the_caller_has_seen_is_cleared_when_he_says_so()
    {
        var (_, admin, id) = await CountedAsync("ada");
        var path = $"{TestCores.Base}/cores/{id}/memory/ada";
        using var read = await admin.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        var seen = read.Headers.ETag!;
        await admin.CountAsync(id, "ada");

        Assert.Equal(HttpStatusCode.PreconditionFailed, await DeleteAsync(seen.Tag));
        using var again = await admin.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(again.Headers.ETag!.Tag));

        async Task<HttpStatusCode> DeleteAsync(string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, path) { Headers = { { "If-Match", tag } } };
            using var response = await admin.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_run_that_is_executed_while_memory_is_cleared_brings_nothing_back()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":800}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug));
        await admin.CountAsync(id, "ada");
        var running = admin.CountAsync(id, "ada");
        await Eventually.BecomesAsync(() => admin.MemoryAsync(id, "ada"), m => m.At("in_line").GetInt32() == 1);

        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada");

        Assert.Equal("2", await running);
        await admin.NoMemoryAsync(id, "ada");
    }

    [Fact]
    public async Task A_deleted_Core_remembers_nothing()
    {
        var (_, admin, id) = await CountedAsync("ada");

        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}?force=true");

        Assert.False(await world.Server.WithDbAsync(db => db.Instances.AnyAsync(i => i.CoreId == new Id<ScaiGrid.Server.Features.Cores.Core>(id))));
        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/memory", null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
    }

    [Fact]
    public async Task What_is_remembered_is_sealed_in_the_database_and_clearing_it_is_audited()
    {
        var (_, admin, id) = await CountedAsync("ada");
        var row = await world.Server.WithDbAsync(db => db.Instances.AsNoTracking().SingleAsync(i => i.CoreId == new Id<ScaiGrid.Server.Features.Cores.Core>(id)));
        Assert.DoesNotContain("count", System.Text.Encoding.Latin1.GetString(row.Memory!), StringComparison.Ordinal);

        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada");

        var line = (await admin.GetDataAsync("/v1/audit-log?action=memory.clear")).At("items")[0];
        Assert.Equal(($"{id}/ada", "SUCCESS"), (line.Text("resource_id"), line.Text("status")));
    }

    [Fact]
    public async Task Memory_that_cannot_be_decrypted_is_told_and_can_be_cleared()
    {
        var (_, admin, id) = await CountedAsync("ada");
        await world.Server.WithDbAsync(db => db.Instances.Where(i => i.CoreId == new Id<ScaiGrid.Server.Features.Cores.Core>(id)).ExecuteUpdateAsync(i => i.SetProperty(x => x.Memory, new byte[] { 1, 2, 3 })));

        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{id}/memory/ada", null, HttpStatusCode.Conflict, "INSTANCE_UNREADABLE");
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada" } }, HttpStatusCode.Conflict, "INSTANCE_UNREADABLE");
        await admin.SendAsync(HttpMethod.Delete, $"{TestCores.Base}/cores/{id}/memory/ada");

        Assert.Equal("1", await admin.CountAsync(id, "ada"));
    }

    [Fact]
    public async Task Who_may_only_view_Cores_clears_nothing_and_strangers_see_nothing()
    {
        var (acme, _, id) = await CountedAsync("ada");
        var viewer = await acme.AsAsync(Roles.TenantViewer);
        var stranger = await (await world.NewTenantAsync(acme.Partner)).AsAdminAsync();

        Assert.Equal(1, (await viewer.MemoryAsync(id, "ada")).At("variables.count").GetInt32());
        foreach (var path in (string[])[$"{TestCores.Base}/cores/{id}/memory", $"{TestCores.Base}/cores/{id}/memory/ada"])
        {
            await viewer.RefusedAsync(HttpMethod.Delete, path, null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
            await stranger.RefusedAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
            await stranger.RefusedAsync(HttpMethod.Delete, path, null, HttpStatusCode.NotFound, "CORE_NOT_FOUND");
        }
    }

    private async Task<(TestTenant Acme, HttpClient Admin, string Id)> CountedAsync(params string[] keys)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());
        foreach (var key in keys)
        {
            await admin.CountAsync(id, key);
        }

        return (acme, admin, id);
    }
}
