using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>Model calls inside runs: who answers, who pays.</summary>
public sealed class RunModelTests(World world)
{
    private const string Script = """{"default":{"reply":"Model says {{message}}","usage":{"prompt_tokens":100,"completion_tokens":10}}}""";

    public static string Asking(string model, string name = "Asking Agent") => $$$"""
        core:
          name: {{{name}}}
          model: scaigrid/{{{model}}}
          flows:
            - name: ask
              steps:
                - { id: ask, llm_turn: "Answer {{input.message}}", result: answer }
                - { id: tell, rigid: "{{answer}}" }
        """;

    [Fact]
    public async Task A_model_call_is_answered_and_accounted_to_its_Core_its_run_and_its_user()
    {
        var (acme, slug) = await ModelAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantAdmin]);
        var id = await caller.Http.StartedCoreAsync(Asking(slug));

        var run = await caller.Http.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "x" } });

        Assert.Contains("Model says", run.Text("output"), StringComparison.Ordinal);
        Assert.Equal((1, 100, 10, 110), (run.At("usage.model_calls").GetInt32(), run.At("usage.prompt_tokens").GetInt32(), run.At("usage.completion_tokens").GetInt32(), run.At("usage.total_tokens").GetInt32()));
        var record = Assert.Single(await world.UsageAsync(acme));
        Assert.Equal((slug, id, run.Text("id")), (record.Model, record.CoreId, record.RunId));
        Assert.Equal((caller.User.Id.Value, caller.Key.Id.Value, acme.Partner.Id.Value), (record.UserId, record.ApiKeyId, record.PartnerId));
        Assert.Equal((100, 10, 0.0003m, UsageOutcome.Completed), ((int)record.PromptTokens, (int)record.CompletionTokens, record.Cost, record.Outcome));
    }

    [Fact]
    public async Task A_chat_call_of_a_Core_sums_its_runs_model_calls_and_both_are_on_record()
    {
        var (acme, slug) = await ModelAsync();
        var admin = await acme.AsAdminAsync();
        var (id, published) = await admin.PublishedCoreAsync(Asking(slug));

        var answer = await admin.ChatAsync(published, "x");

        Assert.Equal((100, 10, 110), (answer.At("usage.prompt_tokens").GetInt32(), answer.At("usage.completion_tokens").GetInt32(), answer.At("usage.total_tokens").GetInt32()));
        var records = (await world.UsageAsync(acme)).OrderBy(r => r.RunId is null).ToList();
        Assert.Equal([(slug, id), (published, id)], records.Select(r => (r.Model, r.CoreId!)));
        Assert.Equal(answer.Text("scaicore.execution_id"), records[0].RunId);
        Assert.Equal((0.0003m, 0m), (records[0].Cost, records[1].Cost)); // the tokens are paid for once
    }

    [Fact]
    public async Task A_Core_may_call_a_published_Core_but_not_without_end()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (_, echo) = await admin.PublishedCoreAsync(TestCores.Echo);
        var outer = await admin.StartedCoreAsync(Asking(echo));
        Assert.Contains("You said: ", (await admin.PostDataAsync($"{TestCores.Base}/cores/{outer}/invoke", new { input = new { message = "x" } })).Text("output"), StringComparison.Ordinal);

        var self = $"scaicore/{acme.Tenant.Slug}/self-agent";
        var (id, _) = await admin.PublishedCoreAsync(Asking(self, "Self Agent"));
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "x" } }, HttpStatusCode.BadGateway, "RUN_FAILED");
        var runs = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs")).At("items").EnumerateArray().ToList();
        Assert.InRange(runs.Count, 2, 9);
        Assert.All(runs, r => Assert.Equal("failed", r.Text("status")));
    }

    [Fact]
    public async Task A_model_of_another_tenant_is_not_there_and_one_of_the_partners_group_is()
    {
        var (acme, slug) = await ModelAsync();
        var sibling = await world.NewTenantAsync(acme.Partner);
        var admin = await sibling.AsAdminAsync();
        var id = await admin.StartedCoreAsync(Asking(slug));
        var invoke = $"{TestCores.Base}/cores/{id}/invoke";
        await admin.RefusedAsync(HttpMethod.Post, invoke, new { input = new { message = "x" } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        var group = await world.NewGroupAsync(ModelGroupScope.Partner, acme.Partner, null);
        await world.Server.WithDbAsync(async db =>
        {
            (await db.ModelGroups.FindAsync(new Id<ModelGroup>(group)))!.Add(new(slug));
            return await db.SaveChangesAsync();
        });

        await admin.PostDataAsync(invoke, new { input = new { message = "x" } });
        await (await world.NewCallerAsync(null, [Roles.SuperAdmin])).Http.PostDataAsync(invoke, new { input = new { message = "x" } }); // who acts for the tenant sees what it sees
        await admin.CompletedAsync(await admin.PostDataAsync(invoke, new { input = new { message = "x" }, wait = false }, HttpStatusCode.Accepted));
    }

    [Fact]
    public async Task A_model_that_fails_fails_the_run_and_is_on_record()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"bad/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"fail":{"status":401}}}""");
        var id = await admin.StartedCoreAsync(Asking(slug));

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "x" } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal("model_call_failed", error.Text("run_error"));
        Assert.All(await world.UsageAsync(acme), r => Assert.Equal((UsageOutcome.Failed, "BACKEND_ERROR", 0m), (r.Outcome, r.ErrorCode, r.Cost)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_that_takes_longer_than_the_Core_allows_is_cancelled(bool wait)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var slug = $"slow/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, """{"default":{"reply":"late","delay_ms":60000}}""");
        var id = await admin.StartedCoreAsync(Asking(slug));
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { resource_limits = new { max_duration_seconds = 0.2 } });

        await admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "x" }, wait });

        await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs"), l => l.At("items")[0].Text("status") == "cancelled");
    }

    private async Task<(TestTenant, string Slug)> ModelAsync()
    {
        var acme = await world.NewTenantAsync();
        var slug = $"script/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, Script);
        return (acme, slug);
    }
}
