using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;

namespace ScaiGrid.Server.Tests.Runs;

public sealed class InvokeTests(World world)
{
    public const string Raising = """
        core:
          name: Raising Agent
          flows:
            - name: raise
              steps:
                - { id: first, rigid: "ok" }
                - { id: second, rigid: "{{input.text.length()}} {{'a' < 1}}" }
        """;

    private const string Desk = """
        core:
          name: Ticket Desk
          mode: entity
          entity_key: ticket
          flows:
            - name: first
              steps: [{ id: s, rigid: "first {{input.ticket}}" }]
            - name: second
              steps: [{ id: s, rigid: "second {{input.ticket}}" }]
        """;

    [Fact]
    public async Task A_waiting_caller_has_the_output_and_the_run_is_on_record()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Echo);

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "Hi" } });

        Assert.Equal(("completed", "You said: Hi", "echo", "api"), (run.Text("status"), run.Text("output"), run.Text("flow_name"), run.Text("trigger")));
        var kept = await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}");
        Assert.Equal(("completed", "You said: Hi", "Hi"), (kept.Text("status"), kept.Text("output"), kept.Text("input.message")));
        var step = Assert.Single((await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}/steps")).At("steps").EnumerateArray());
        Assert.Equal(("answer", "rigid", "completed", "You said: Hi"), (step.Text("id"), step.Text("kind"), step.Text("status"), step.Text("result")));
    }

    [Fact]
    public async Task Who_does_not_wait_is_answered_at_once_and_the_run_completes_by_itself()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Echo);

        var invoked = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "Hi" }, wait = false }, HttpStatusCode.Accepted);
        var sent = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/events", new { input = new { message = "Ho" } }, HttpStatusCode.Accepted);

        Assert.Equal(("queued", "queued", "event"), (invoked.Text("status"), sent.Text("status"), sent.Text("trigger")));
        Assert.Equal("You said: Hi", (await admin.CompletedAsync(invoked)).Text("output"));
        Assert.Equal("You said: Ho", (await admin.CompletedAsync(sent)).Text("output"));
    }

    [Fact]
    public async Task A_run_that_waits_for_a_person_is_accepted_with_its_questions()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "a taxi" } }, HttpStatusCode.Accepted);

        var asked = Assert.Single(run.At("checkpoints").EnumerateArray());
        Assert.Equal(("suspended", "Approve 'a taxi'?", run.Text("id")), (run.Text("status"), asked.Text("prompt"), asked.Text("execution_id")));
        Assert.Equal(asked.Text("id"), Assert.Single((await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}")).At("checkpoints").EnumerateArray()).Text("id"));
    }

    [Fact]
    public async Task A_failed_run_says_where_and_stays_on_record()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Raising);

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { text = "x" } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal("steps[1]", error.Text("step"));
        var run = await admin.GetDataAsync($"{TestCores.Base}/runs/{error.Text("execution_id")}");
        Assert.Equal(("failed", error.Text("run_error")), (run.Text("status"), run.Text("error.code")));
        var steps = (await admin.GetDataAsync($"{TestCores.Base}/runs/{error.Text("execution_id")}/steps")).At("steps").EnumerateArray().ToList();
        Assert.Equal(["completed", "failed"], steps.Select(s => s.Text("status")));
    }

    [Fact]
    public async Task A_flow_is_chosen_by_name_and_an_entity_by_its_key()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Desk);

        Assert.Equal("first T1", (await InvokeAsync(new { input = new { ticket = "T1" } })).Text("output"));
        var run = await InvokeAsync(new { input = new { ticket = "T1" }, flow_name = "second" });
        Assert.Equal(("second T1", "second", "T1"), (run.Text("output"), run.Text("flow_name"), run.Text("instance_key")));
        Assert.Equal("7", (await InvokeAsync(new { input = new { ticket = 7 } })).Text("instance_key"));

        await FaultAsync(new { input = new { ticket = "T1" }, flow_name = "third" }, "flow_name");
        await FaultAsync(new { input = new { } }, "input.ticket");
        await FaultAsync(new { input = new { ticket = new[] { 1 } } }, "input.ticket");
        await FaultAsync(new { input = new { ticket = "a\0b" } }, "input.ticket");
        await FaultAsync(new { input = new { ticket = new string('x', 201) } }, "input.ticket");
        await FaultAsync(new { inputs = new { } }, "inputs");

        Task<JsonElement> InvokeAsync(object body) => admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", body);

        async Task FaultAsync(object body, string field)
        {
            var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", body, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
            Assert.Equal(field, Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("start pause")]
    [InlineData("start stop")]
    public async Task Only_a_running_Core_takes_runs(string actions)
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        foreach (var action in actions.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/{action}");
        }

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { }, HttpStatusCode.Conflict, "CORE_NOT_RUNNING");
        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/events", new { }, HttpStatusCode.Conflict, "CORE_NOT_RUNNING");
        Assert.Equal(0, (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}/runs")).At("items").GetArrayLength());
    }

    [Fact]
    public async Task Who_may_use_the_published_model_may_invoke_the_Core_and_nobody_else_without_managing_it()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Echo);
        var (user, viewer) = (await acme.AsAsync(Roles.TenantUser), await acme.AsAsync(Roles.TenantViewer));
        var restricted = (await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser], key: k => k.ModelGroups = ["mg_none"])).Http;
        var path = $"{TestCores.Base}/cores/{id}/invoke";

        await user.RefusedAsync(HttpMethod.Post, path, new { }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.PublishAsync(id);
        await user.PostDataAsync(path, new { });
        await viewer.RefusedAsync(HttpMethod.Post, path, new { }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await restricted.RefusedAsync(HttpMethod.Post, path, new { }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await user.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/events", new { }, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
    }

    [Fact]
    public async Task A_deep_input_with_strange_characters_is_run_and_kept()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var deep = JsonDocument.Parse(new string('[', 60) + new string(']', 60)).RootElement;

        var run = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = new { message = "a\0b\ud83d\ude00", deep } }, HttpStatusCode.Accepted);

        Assert.Equal("Approve 'a\uFFFDb\ud83d\ude00'?", run.At("checkpoints")[0].Text("prompt"));
        var kept = await admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}");
        Assert.Equal(("a\0b\ud83d\ude00", deep.ToString()), (kept.Text("input.message"), kept.At("input.deep").ToString()));
        await admin.PostDataAsync($"{TestCores.Base}/checkpoints/{run.At("checkpoints")[0].Text("id")}/resolve", new { resolution = "approve" });
        await admin.CompletedAsync(run);
    }

    [Fact]
    public async Task A_failure_that_quotes_such_characters_is_kept_too()
    {
        var admin = await AdminAsync();
        var id = await admin.StartedCoreAsync(Raising.Replace("'a' < 1", "input.text < 1", StringComparison.Ordinal));

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = new { text = "a\0b" } }, HttpStatusCode.BadGateway, "RUN_FAILED");

        Assert.Equal("failed", (await admin.GetDataAsync($"{TestCores.Base}/runs/{error.Text("execution_id")}")).Text("status"));
    }

    private async Task<HttpClient> AdminAsync() => await (await world.NewTenantAsync()).AsAdminAsync();
}
