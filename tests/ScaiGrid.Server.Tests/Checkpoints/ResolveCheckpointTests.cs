using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Checkpoints;

/// <summary>Who answers, with what, and what the run makes of it.</summary>
public sealed class ResolveCheckpointTests(World world)
{
    public static string Asking(string assignee, string more = "options: [approve, reject]") => $$$"""
        core:
          name: Asking Agent
          flows:
            - name: ask
              steps:
                - { id: ask, checkpoint: { type: choice, prompt: "Well?", assignee: "{{{assignee}}}", {{{more}}} }, result: decision }
                - { id: tell, rigid: "Decision: {{decision}}" }
        """;

    [Theory]
    [InlineData("user", true)]
    [InlineData("email", true)]
    [InlineData("group", true)]
    [InlineData("role", true)]
    [InlineData("other user", false)]
    [InlineData("other group", false)]
    [InlineData("other role", false)]
    [InlineData("nobody", true)]
    public async Task The_assignee_resolves_an_admin_too_and_others_do_not(string assigned, bool isAllowed)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var reviewer = await world.NewCallerAsync(acme.Tenant, [Roles.TenantViewer], [Permissions.CheckpointResolve], user: u => u.Groups = ["group_reviewers"]);
        var checkpoint = await AskedAsync(admin, Asking(assigned switch
        {
            "user" => $"user:{reviewer.User.Id}",
            "email" => $"user:{reviewer.User.Email.ToUpperInvariant()}",
            "group" => "group:group_reviewers",
            "role" => $"role:{Roles.TenantViewer}",
            "other user" => "user:usr_other",
            "other group" => "group:group_other",
            "other role" => $"role:{Roles.TenantAdmin}",
            _ => "",
        }));
        var path = $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}";
        var mine = (await reviewer.Http.GetDataAsync($"{TestCores.Base}/checkpoints?assignee=me")).At("items").EnumerateArray().Select(c => c.Text("id"));
        Assert.Equal(isAllowed && assigned != "nobody", mine.Contains(checkpoint.Text("id")));

        if (isAllowed)
        {
            var resolved = await reviewer.Http.PostDataAsync($"{path}/resolve", new { resolution = "approve", comment = "fine" });
            Assert.Equal(("resolved", "approve", "fine", reviewer.User.Id.Value), (resolved.Text("status"), resolved.Text("resolution"), resolved.Text("comment"), resolved.Text("resolved_by")));
        }
        else
        {
            await reviewer.Http.RefusedAsync(HttpMethod.Post, $"{path}/resolve", new { resolution = "approve" }, HttpStatusCode.Forbidden, "CHECKPOINT_NOT_ASSIGNEE");
            await reviewer.Http.RefusedAsync(HttpMethod.Post, $"{path}/cancel", null, HttpStatusCode.Forbidden, "CHECKPOINT_NOT_ASSIGNEE");
            await reviewer.Http.RefusedAsync(HttpMethod.Post, $"{path}/reassign", new { assignee = "role:x" }, HttpStatusCode.Forbidden, "CHECKPOINT_NOT_ASSIGNEE");
            await admin.ResolveAsync(checkpoint.Text("id"), "approve");
        }

        Assert.Equal("Decision: approve", (await admin.RunAsync(checkpoint, "completed")).Text("output"));
    }

    [Theory]
    [InlineData("""{"resolution":"perhaps"}""", "resolution")]
    [InlineData("""{"resolution":["approve"]}""", "resolution")]
    [InlineData("""{"resolution":null}""", "resolution")]
    [InlineData("{}", "resolution")]
    [InlineData("""{"resolution":"approve","because":"x"}""", "because")]
    public async Task An_answer_that_is_none_of_the_options_is_refused_and_the_question_stays(string body, string field)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, TestCores.Approval);

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", JsonElement.Parse(body), HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal(field, Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        Assert.Equal("pending", (await admin.GetDataAsync($"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}")).Text("status"));
    }

    [Fact]
    public async Task A_question_without_options_takes_any_JSON()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, Asking("", "timeout: 1h").Replace("choice", "freeform", StringComparison.Ordinal));

        await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = new { amount = 12.5, tags = new[] { "a" } } });

        Assert.Equal("""Decision: {"amount":12.5,"tags":["a"]}""", (await admin.RunAsync(checkpoint, "completed")).Text("output"));
    }

    [Fact]
    public async Task The_first_answer_counts_and_a_second_is_told_which_it_was()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, TestCores.Approval);
        var first = await admin.ResolveAsync(checkpoint.Text("id"), "reject");

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = "approve" }, HttpStatusCode.Conflict, "CHECKPOINT_ALREADY_RESOLVED");

        Assert.Equal(("reject", first.Text("resolved_by"), first.Text("resolved_at")), (error.Text("resolution"), error.Text("resolved_by"), error.Text("resolved_at")));
    }

    [Fact]
    public async Task Of_many_answers_at_once_one_wins_and_the_run_completes_once_with_it()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, TestCores.Approval);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = i % 2 == 0 ? "approve" : "reject" })));

        var winner = Assert.Single(answers, a => a.Status == HttpStatusCode.OK).Body.Text("data.resolution");
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Equal(("CHECKPOINT_ALREADY_RESOLVED", winner), (a.Body.Text("error.code"), a.Body.Text("error.resolution"))));
        var run = await admin.RunAsync(checkpoint, "completed");
        Assert.Equal($"Decision: {winner}", run.Text("output"));
        Assert.Equal(2, (await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/steps")).At("steps").GetArrayLength());
    }

    [Fact]
    public async Task Cancelling_the_question_fails_the_run()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, TestCores.Approval);

        Assert.Equal("cancelled", (await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/cancel")).Text("status"));

        Assert.Equal("checkpoint_cancelled", (await admin.RunAsync(checkpoint, "failed")).Text("error.code"));
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}/resolve", new { resolution = "approve" }, HttpStatusCode.Conflict, "CHECKPOINT_CLOSED");
    }

    [Fact]
    public async Task Reassigning_gives_the_question_to_somebody_else()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (one, two) = (await ReviewerAsync(), await ReviewerAsync());
        var checkpoint = await AskedAsync(admin, Asking($"user:{one.User.Id}"));
        var path = $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}";

        await one.Http.RefusedAsync(HttpMethod.Post, $"{path}/reassign", new { assignee = "somebody" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        var reassigned = await one.Http.PostDataAsync($"{path}/reassign", new { assignee = $"user:{two.User.Id}" });

        Assert.Equal(("user", two.User.Id.Value), (reassigned.Text("assignee_type"), reassigned.Text("assignee_resolved.value")));
        await one.Http.RefusedAsync(HttpMethod.Post, $"{path}/resolve", new { resolution = "approve" }, HttpStatusCode.Forbidden, "CHECKPOINT_NOT_ASSIGNEE");
        await two.Http.ResolveAsync(checkpoint.Text("id"), "approve");

        Task<TestCaller> ReviewerAsync() => world.NewCallerAsync(acme.Tenant, [Roles.TenantViewer], [Permissions.CheckpointResolve]);
    }

    [Fact]
    public async Task An_assignee_longer_than_any_row_holds_does_not_lose_the_run()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var checkpoint = await AskedAsync(admin, Asking("user:{{input.message}}"), new string('x', 1000));

        await admin.ResolveAsync(checkpoint.Text("id"), "approve");

        await admin.RunAsync(checkpoint, "completed");
    }

    [Fact]
    public async Task To_another_tenant_a_checkpoint_does_not_exist_and_a_user_without_the_permission_does_not_resolve()
    {
        var acme = await world.NewTenantAsync();
        var checkpoint = await AskedAsync(await acme.AsAdminAsync(), TestCores.Approval);
        var (stranger, viewer) = (await (await world.NewTenantAsync(acme.Partner)).AsAdminAsync(), await acme.AsAsync(Roles.TenantViewer));
        var path = $"{TestCores.Base}/checkpoints/{checkpoint.Text("id")}";

        await stranger.RefusedAsync(HttpMethod.Get, path, null, HttpStatusCode.NotFound, "CHECKPOINT_NOT_FOUND");
        foreach (var (verb, body) in ((string, object?)[])[("resolve", new { resolution = "approve" }), ("cancel", null), ("reassign", new { assignee = "role:x" })])
        {
            await stranger.RefusedAsync(HttpMethod.Post, $"{path}/{verb}", body, HttpStatusCode.NotFound, "CHECKPOINT_NOT_FOUND");
            await viewer.RefusedAsync(HttpMethod.Post, $"{path}/{verb}", body, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        }

        Assert.Equal("pending", (await viewer.GetDataAsync(path)).Text("status"));
        Assert.Equal(0, (await stranger.GetDataAsync($"{TestCores.Base}/checkpoints")).At("items").GetArrayLength());
    }

    private static async Task<JsonElement> AskedAsync(HttpClient admin, string yaml, string message = "x")
    {
        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{await admin.StartedCoreAsync(yaml)}/invoke", new { input = new { message } }, HttpStatusCode.Accepted);
        return Assert.Single(run.At("checkpoints").EnumerateArray());
    }
}
