using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>Runs of one entity come one after the other, and each begins with what the one before it left.</summary>
public sealed class EntityRunTests(World world)
{
    [Fact]
    public async Task What_a_run_leaves_is_what_the_next_of_its_entity_begins_with()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());

        Assert.Equal("1", await admin.CountAsync(id, "ada"));
        Assert.Equal("2", await admin.CountAsync(id, "ada"));
        Assert.Equal("1", await admin.CountAsync(id, "eve"));

        var ada = await admin.MemoryAsync(id, "ada");
        Assert.Equal("""{"count":2,"notes":[]}""", ada.At("variables").GetRawText());
        Assert.Equal(0, ada.At("in_line").GetInt32());
        var last = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs?limit=2")).At("items")[1];
        Assert.Equal((last.Text("id"), "ada"), (ada.Text("updated_by"), last.Text("instance_key")));
    }

    [Fact]
    public async Task A_singleton_has_one_memory_and_a_stateless_Core_none()
    {
        var admin = await AdminAsync();
        var (one, none) = (await admin.StartedCoreAsync(Counters.Yaml(mode: "singleton")), await admin.StartedCoreAsync(Counters.Yaml(mode: "stateless").Replace("Counter", "Other", StringComparison.Ordinal)));

        Assert.Equal(("1", "2"), (await admin.CountAsync(one, "ada"), await admin.CountAsync(one, "eve")));
        Assert.Equal(("1", "1"), (await admin.CountAsync(none, "ada"), await admin.CountAsync(none, "ada")));

        Assert.Equal(2, (await admin.MemoryAsync(one, "singleton")).At("variables.count").GetInt32());
        Assert.Empty((await admin.GetDataAsync($"{TestCores.Base}/cores/{none}/memory")).At("items").EnumerateArray());
    }

    [Fact]
    public async Task Many_callers_at_once_lose_no_update_and_come_in_their_order()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());

        var counts = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => admin.CountAsync(id, "ada")));

        Assert.Equal(Enumerable.Range(1, 30), counts.Select(int.Parse).Order());
        var runs = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs")).At("items").EnumerateArray().ToList();
        Assert.Equal(30, runs.Count);
    }

    [Fact]
    public async Task Through_two_servers_too()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());
        await using var other = world.Server.AnotherReplica();
        using var there = other.CreateClient();
        there.DefaultRequestHeaders.Authorization = admin.DefaultRequestHeaders.Authorization;

        var counts = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => (i % 2 == 0 ? admin : there).CountAsync(id, "ada")));

        Assert.Equal(Enumerable.Range(1, 30), counts.Select(int.Parse).Order());
    }

    [Fact]
    public async Task A_conversation_keeps_its_memory_by_the_metadata_of_the_chat()
    {
        var admin = await AdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(Counters.Yaml());

        Assert.Equal("1", (await admin.ChatAsync(slug, "Hello", new { entity_id = "chat-7" })).Reply);
        Assert.Equal("2", (await admin.ChatAsync(slug, "again", new { customer = "chat-7" })).Reply);
        Assert.Equal("1", (await admin.ChatAsync(slug, "other", new { customer = 7 })).Reply);

        Assert.Equal(2, (await admin.MemoryAsync(id, "chat-7")).At("variables.count").GetInt32());
    }

    [Theory]
    [InlineData("null", "metadata.entity_id")]
    [InlineData("""{"other":"x"}""", "metadata.entity_id")]
    [InlineData("""{"entity_id":""}""", "metadata.entity_id")]
    [InlineData("""{"entity_id":"a/b"}""", "metadata.entity_id")]
    [InlineData("""{"customer":" a"}""", "metadata.customer")]
    [InlineData("""{"customer":"a\u0000"}""", "metadata.customer")]
    [InlineData("""{"customer":{"a":1}}""", "metadata.customer")]
    public async Task A_chat_without_a_good_key_is_refused_by_name(string metadata, string field)
    {
        var admin = await AdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(Counters.Yaml());
        var body = new { model = slug, messages = new[] { new { role = "user", content = "Hello" } }, metadata = JsonElement.Parse(metadata) };

        var error = await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
    }

    [Theory]
    [InlineData("invoke")]
    [InlineData("events")]
    public async Task So_is_an_invocation_without_one(string how)
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());

        foreach (var input in (object[])[new { }, new { customer = "a\\b" }, new { customer = new string('x', 201) }])
        {
            var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/{how}", new { input }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal("input.customer", Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        }
    }

    [Fact]
    public async Task A_run_that_fails_leaves_memory_as_it_was_and_the_entity_free()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml("        - rigid: \"{{input.bad ? 1 / 0 : 1}}\""));
        Assert.Equal("1", await admin.CountAsync(id, "ada"));
        var before = await admin.MemoryAsync(id, "ada");

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada", bad = true } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal(before.GetRawText(), (await admin.MemoryAsync(id, "ada")).GetRawText());
        Assert.Equal("2", await admin.CountAsync(id, "ada"));
        var newcomer = await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "eve", bad = true } });
        Assert.Equal(HttpStatusCode.BadGateway, newcomer.Status);
        await admin.NoMemoryAsync(id, "eve");
    }

    [Fact]
    public async Task Events_are_executed_in_their_order_one_after_the_other()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml());

        var runs = new List<JsonElement>();
        for (var i = 0; i < 12; i++)
        {
            runs.Add(await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { customer = "ada" } }, HttpStatusCode.Accepted));
        }

        var counts = new List<string>();
        foreach (var run in runs)
        {
            counts.Add((await admin.CompletedAsync(run)).At("output").GetRawText());
        }

        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i}"), counts);
    }

    [Fact]
    public async Task A_caller_who_does_not_get_his_turn_in_time_is_told_so_and_nothing_is_executed()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":1500}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug));
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { resource_limits = new { max_duration_seconds = 20 } });
        var first = admin.CountAsync(id, "ada");
        await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/cores/{id}/memory"), m => m.At("items").GetArrayLength() == 1);
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { resource_limits = new { max_duration_seconds = 0.2 } });

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada" } }, HttpStatusCode.ServiceUnavailable, "INSTANCE_BUSY");

        Assert.Contains("'ada'", error.Text("message"), StringComparison.Ordinal);
        Assert.Equal("1", await first);
        Assert.Equal(0, (await Eventually.BecomesAsync(() => admin.MemoryAsync(id, "ada"), m => m.At("in_line").GetInt32() == 0)).At("in_line").GetInt32());
        Assert.Equal(1, (await admin.MemoryAsync(id, "ada")).At("variables.count").GetInt32());
    }

    [Fact]
    public async Task A_run_that_lost_its_turn_fails_and_leaves_nothing()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":800}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug));
        var running = admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada" } });
        var ofCore = new Id<ScaiGrid.Server.Features.Cores.Core>(id);
        await Eventually.BecomesAsync(() => world.Server.WithDbAsync(db => db.Instances.CountAsync(i => i.CoreId == ofCore && i.InLine == 1)), n => n == 1);

        await world.Server.WithDbAsync(db => db.Instances.Where(i => i.CoreId == ofCore).ExecuteDeleteAsync()); // as when this process had been taken for dead

        var (status, body) = await running;
        Assert.Equal((HttpStatusCode.BadGateway, "turn_lost"), (status, body.Text("error.run_error")));
        await admin.NoMemoryAsync(id, "ada");
        Assert.Equal("1", await admin.CountAsync(id, "ada"));
    }

    [Fact]
    public async Task A_chat_whose_turn_does_not_come_is_told_so_and_the_Core_stays_in_service()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(Counters.Yaml());
        var ofCore = new Id<ScaiGrid.Server.Features.Cores.Core>(id);
        await world.Server.WithDbAsync(db =>
        {
            var full = new ScaiGrid.Server.Features.Instances.Instance { TenantId = acme.Tenant.Id, CoreId = ofCore, Key = "ada", Revision = "m" };
            for (var i = 0; i < ScaiGrid.Server.Features.Instances.Instance.MostInLine; i++)
            {
                full.Enter(new(new($"run_{i}"), world.Server.Services.GetRequiredService<ScaiGrid.Server.Features.Runs.RunLeases>().Owner, Stored: false));
            }

            db.Add(full);
            return db.SaveChangesAsync();
        });
        var body = new { model = slug, messages = new[] { new { role = "user", content = "Hello" } }, metadata = new { entity_id = "ada" } };

        for (var i = 0; i < 12; i++)
        {
            var error = await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", body, HttpStatusCode.ServiceUnavailable, "MODEL_UNAVAILABLE");
            Assert.Equal("INSTANCE_BUSY", error.Text("reason"));
            Assert.Equal(5, error.At("retry_after").GetInt32());
        }

        Assert.Equal("1", (await admin.ChatAsync(slug, "Hello", new { entity_id = "eve" })).Reply);
    }

    [Fact]
    public async Task Entities_do_not_wait_for_each_other()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":600}}""");
        var id = await admin.StartedCoreAsync(Counters.Slow(slug));

        var began = System.Diagnostics.Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => admin.CountAsync(id, $"c{i}")));

        Assert.All(counts, c => Assert.Equal("1", c));
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(5), $"{began.Elapsed}"); // one after the other they would have taken six at least
    }

    [Fact]
    public async Task What_would_be_too_much_to_remember_fails_the_run_and_names_the_variable()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml("        - set: { notes: \"{{[input.note]}}\" }"));

        var error = await admin.RefusedAsync(
            HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { customer = "ada", note = new string('x', 1_100_000) } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal("limit_memory", error.Text("run_error"));
        Assert.Contains("'notes'", error.Text("message"), StringComparison.Ordinal);
        await admin.NoMemoryAsync(id, "ada");
    }

    [Fact]
    public async Task A_changed_manifest_keeps_what_still_fits_and_begins_the_rest_anew()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Counters.Yaml("        - set: { notes: \"{{[input.note]}}\" }"));
        await admin.CountAsync(id, "ada", new { customer = "ada", note = "x" });

        var changed = ScaiGrid.Flows.Manifests.ManifestReader.Read(Counters.Yaml(core: "    - { name: fresh, type: string, default: new }").Replace("\"array[string]\", default: []", "int, default: 3", StringComparison.Ordinal));
        Assert.True(changed.Succeeded(out var manifest));
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { source = JsonElement.Parse(manifest.Source.ToJson()) });

        Assert.Equal("2", await admin.CountAsync(id, "ada"));
        Assert.Equal("""{"count":2,"notes":3,"fresh":"new"}""", (await admin.MemoryAsync(id, "ada")).At("variables").GetRawText());
    }

    private async Task<HttpClient> AdminAsync() => await (await world.NewTenantAsync()).AsAdminAsync();
}
