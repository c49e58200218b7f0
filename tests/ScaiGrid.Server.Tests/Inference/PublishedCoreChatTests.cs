using System.Net;
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
    public async Task A_Core_that_is_not_running_is_unavailable()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");

        await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", new { model = slug, messages = new[] { new { role = "user", content = "Hello" } } }, HttpStatusCode.ServiceUnavailable, "MODEL_UNAVAILABLE");
    }
}
