using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Inference;

/// <summary>A published Core answers as any other model does.</summary>
public sealed class PublishedCoreChatTests(World world)
{
    [Fact]
    public async Task Chat_runs_the_Core_and_answers_with_what_it_says()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);

        var answer = await admin.ChatAsync(slug, "Hello");

        Assert.Equal($"scaicore/{acme.Tenant.Slug}/echo-agent", slug);
        Assert.Equal("You said: Hello", answer.Reply);
        Assert.Equal("stop", answer.GetProperty("choices")[0].Text("finish_reason"));
        Assert.Equal(slug, answer.Text("model"));
        Assert.Equal("completed", answer.Text("scaicore.status"));
        Assert.Equal(id, answer.Text("scaicore.core_id"));
    }

    [Fact]
    public async Task A_run_that_waits_answers_with_its_question_and_later_with_its_outcome()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Approval);

        var asked = await admin.ChatAsync(slug, "a taxi");
        var execution = asked.Text("scaicore.execution_id");
        Assert.Equal("suspended", asked.Text("scaicore.status"));
        Assert.Contains("Approve 'a taxi'?", asked.Reply, StringComparison.Ordinal);

        var still = await admin.ChatAsync(slug, "and?", new { execution_id = execution });
        Assert.Equal("suspended", still.Text("scaicore.status"));

        await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{asked.Text("scaicore.checkpoint.id")}/resolve", new { resolution = "approve" });
        var run = await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/runs/{execution}"), r => r.Text("status") == "completed");
        Assert.Equal("Decision: approve", run.Text("output"));

        var outcome = await admin.ChatAsync(slug, "and now?", new { execution_id = execution });
        Assert.Equal("Decision: approve", outcome.Reply);
        Assert.Equal("completed", outcome.Text("scaicore.status"));
    }

    [Fact]
    public async Task A_run_that_fails_is_a_backend_error_that_names_it_and_does_not_keep_others_from_the_Core()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Echo.Replace("{{input.message}}", "{{input.message < 'b'}} {{input.message == 'bad' ? input.message < 1 : 'fine'}}", StringComparison.Ordinal));
        for (var i = 0; i < 12; i++)
        {
            var error = await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", TestCores.Message(slug, "bad"), HttpStatusCode.BadGateway, "BACKEND_ERROR");
            Assert.Equal("expression_fault", error.Text("run_error"));
            Assert.Equal("failed", (await admin.GetDataAsync($"{TestCores.Base}/runs/{error.Text("execution_id")}")).Text("status"));
        }

        Assert.Equal("You said: false fine", (await admin.ChatAsync(slug, "good")).Reply);
    }

    [Fact]
    public async Task Calls_of_a_stopped_Core_do_not_keep_it_from_answering_once_it_runs()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");
        for (var i = 0; i < 12; i++)
        {
            await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", TestCores.Message(slug, "Hello"), HttpStatusCode.ServiceUnavailable, "MODEL_UNAVAILABLE");
        }

        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");

        Assert.Equal("You said: Hello", (await admin.ChatAsync(slug, "Hello")).Reply);
    }

    [Fact]
    public async Task Only_who_started_a_run_or_may_view_Cores_asks_for_its_outcome()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Approval);
        var (one, two) = (await acme.AsAsync(Roles.TenantUser), await acme.AsAsync(Roles.TenantUser));
        var execution = (await one.ChatAsync(slug, "a taxi")).Text("scaicore.execution_id");

        Assert.Equal("suspended", (await one.ChatAsync(slug, "and?", new { execution_id = execution })).Text("scaicore.status"));
        Assert.Equal("suspended", (await admin.ChatAsync(slug, "and?", new { execution_id = execution })).Text("scaicore.status"));
        foreach (var id in (string?[])[execution, "run_unknown", "!", null])
        {
            var body = new { model = slug, messages = new[] { new { role = "user", content = "and?" } }, metadata = new { execution_id = id } };
            var error = await two.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal("metadata.execution_id", Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        }
    }

    [Theory]
    [InlineData("entity_id", "T1", "T1")]
    [InlineData("ticket", "T2", "T2")]
    [InlineData("other", "T3", null)]
    public async Task An_entity_Core_takes_its_key_from_the_metadata(string field, string value, string? expected)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync("""
            core:
              name: Ticket Desk
              mode: entity
              entity_key: ticket
              flows: [{ name: f, steps: [{ id: s, rigid: "x" }] }]
            """);
        var body = new { model = slug, messages = new[] { new { role = "user", content = "Hello" } }, metadata = new Dictionary<string, string> { [field] = value } };

        if (expected is null)
        {
            await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            return;
        }

        var run = (await admin.PostDataAsync("/v1/inference/chat", body)).Text("scaicore.execution_id");
        Assert.Equal(expected, (await admin.GetDataAsync($"{TestCores.Base}/runs/{run}")).Text("instance_key"));
    }

    [Fact]
    public async Task A_Core_that_is_not_running_is_unavailable()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");

        await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", new { model = slug, messages = new[] { new { role = "user", content = "Hello" } } }, HttpStatusCode.ServiceUnavailable, "MODEL_UNAVAILABLE");
    }
}
