using System.Net;
using Microsoft.AspNetCore.Http;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

/// <summary>The contract with MCP servers, kept against one that the protocol's own SDK answers for.</summary>
public sealed class McpCallTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    [Theory]
    [InlineData(null)]
    [InlineData("2025-11-25")]
    public async Task A_tool_is_called_and_its_structured_content_is_the_result(string? protocolVersion)
    {
        await using var mcp = await McpWitness.StartAsync(protocolVersion);
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, mcp.Url, "add", "{ a: \"{{input.a}}\", b: 2 }", new { type = "bearer", token = "hush" });

        var run = await InvokeAsync(admin, id, new { a = 1 });

        Assert.Equal(3, run.At("output.sum").GetInt32());
        var call = Assert.Single(mcp.Seen, s => s.Json.Text("method") == "tools/call");
        var key = $"{run.Text("id")}:steps[0]:1";
        Assert.Equal((key, key, run.Text("id")), (call.Key, call.Json.Text("params._meta.idempotency_key"), call.Json.Text("params._meta.run_id")));
        Assert.All(mcp.Seen, s => Assert.Equal("Bearer hush", s.Headers["authorization"]));
    }

    [Theory]
    [InlineData("echo", "{ text: \"a\\nb\" }", "\"a\\nb\"")]
    [InlineData("picture", "{}", """[{"type":"text","text":"look"},{"type":"image","data":"AQI=","mimeType":"image/png"}]""")]
    public async Task Content_without_structure_is_text_or_its_blocks(string tool, string args, string output)
    {
        await using var mcp = await McpWitness.StartAsync();
        var admin = await outside.AdminAsync();

        var run = await InvokeAsync(admin, await StartAsync(admin, mcp.Url, tool, args));

        Assert.Equal(Value.FromJson(output), Value.FromJson(run.At("output")));
    }

    [Theory]
    [InlineData("fail", "{}", "The tool failed: An error occurred invoking 'fail': no luck (tool_failed)")]
    [InlineData("nope", "{}", "The MCP server does not do that: Request failed (remote): Unknown tool: 'nope' (mcp_error)")]
    [InlineData("long", "{ length: 5000 }", "The answer is larger than 2000 bytes. (answer_too_large)")]
    public async Task A_tool_that_fails_fails_the_run(string tool, string args, string message)
    {
        await using var mcp = await McpWitness.StartAsync();
        var admin = await outside.AdminAsync();

        var error = await FailAsync(admin, await StartAsync(admin, mcp.Url, tool, args));

        Assert.Equal(("plugin_call_failed", message), (error.Text("run_error"), error.Text("message")));
    }

    [Fact]
    public async Task A_server_that_lets_nobody_in_fails_the_run()
    {
        await using var mcp = await McpWitness.StartAsync();
        mcp.Instead = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.FromResult(true);
        };
        var admin = await outside.AdminAsync();

        Assert.Equal("The plugin answered with 401. (http_401)", (await FailAsync(admin, await StartAsync(admin, mcp.Url, "echo"))).Text("message"));
    }

    [Fact]
    public async Task A_server_that_takes_longer_than_the_plugins_time_fails_the_run()
    {
        await using var mcp = await McpWitness.StartAsync();
        var never = new TaskCompletionSource<bool>();
        mcp.Instead = _ => never.Task;
        var admin = await outside.AdminAsync();

        Assert.Equal("The plugin 'tools' did not answer within 0.5 s. (timeout)", (await FailAsync(admin, await StartAsync(admin, mcp.Url, "echo", timeout: 0.5))).Text("message"));
        never.SetResult(true);
    }

    [Fact]
    public async Task Nobody_waits_long_for_a_server_that_does_not_let_a_session_end()
    {
        await using var mcp = await McpWitness.StartAsync("2025-11-25");
        var (never, asked) = (new TaskCompletionSource<bool>(), false);
        mcp.Instead = context =>
        {
            context.Response.Headers["Mcp-Session-Id"] = "s"; // so that there is something to end
            asked |= context.Request.Method == "DELETE";
            return context.Request.Method == "DELETE" ? never.Task : Task.FromResult(false);
        };
        var admin = await outside.AdminAsync();

        var run = await InvokeAsync(admin, await StartAsync(admin, mcp.Url, "echo", "{ text: hi }", timeout: 3600));

        Assert.Equal(("hi", true), (run.Text("output"), asked));
        never.SetResult(true);
    }

    [Fact]
    public async Task A_server_that_is_not_there_or_speaks_another_protocol_fails_the_run()
    {
        await using var witness = new Witness { Answer = (_, _) => Task.FromResult("not json") };
        var admin = await outside.AdminAsync();

        Assert.EndsWith("(unreachable)", (await FailAsync(admin, await StartAsync(admin, "http://127.0.0.1:1/mcp", "echo"))).Text("message"), StringComparison.Ordinal);
        Assert.EndsWith("(mcp_error)", (await FailAsync(admin, await StartAsync(admin, witness.Url, "echo"))).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_egress_rules_hold_when_the_call_is_made()
    {
        await using var mcp = await McpWitness.StartAsync();
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, mcp.Url, "echo");
        var tenant = new Id<Tenant>((await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).Text("tenant_id")!);
        await outside.World.Server.WithDbAsync(async db => // as a name would that was looked up when it was registered, and is another's now
        {
            var core = (await db.Cores.FindAsync(tenant, new Id<Core>(id)))!;
            core.Plugins = Value.FromJson(core.Plugins.ToJson().Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
            core.Touch(DateTimeOffset.UnixEpoch);
            return await db.SaveChangesAsync();
        });

        Assert.Equal("The egress rules do not let calls go to 'localhost'. (egress_refused)", (await FailAsync(admin, id)).Text("message"));
        Assert.Empty(mcp.Seen);
    }

    [Fact]
    public async Task The_kind_is_one_of_two_and_only_a_server_of_its_own_may_have_a_query()
    {
        var admin = await outside.AdminAsync();
        var id = (await admin.CreateCoreAsync(TestCores.Echo)).Text("id");
        async Task<string?> FieldAsync(object plugin) =>
            (await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/plugins", plugin, HttpStatusCode.BadRequest, "VALIDATION_ERROR")).At("details")[0].Text("field");

        Assert.Equal("kind", await FieldAsync(new { alias = "a", endpoint = "https://a.example", kind = "soap" }));
        Assert.Equal("endpoint", await FieldAsync(new { alias = "a", endpoint = "https://a.example?x=1" }));
        var added = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/plugins", new { alias = "a", endpoint = "https://a.example/mcp?x=1", kind = "mcp" }, HttpStatusCode.Created);
        Assert.Equal("mcp", added.Text("kind"));
    }

    /// <summary>A Core that calls one tool and answers with what it says.</summary>
    private static async Task<string> StartAsync(HttpClient admin, string url, string tool, string args = "{}", object? auth = null, double timeout = 30)
    {
        var id = await OutsideWorld.StartAsync(admin, $"- {{ id: answer, plugin_call: {{ alias: tools, method: {tool}, args: {args} }} }}");
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/plugins", new { alias = "tools", endpoint = url, kind = "mcp", auth, timeout }, HttpStatusCode.Created);
        return id;
    }
}
