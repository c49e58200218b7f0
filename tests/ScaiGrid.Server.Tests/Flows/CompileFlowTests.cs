using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Flows.TestFlows;

namespace ScaiGrid.Server.Tests.Flows;

public sealed class CompileFlowTests(OidcWorld world)
{
    [Theory]
    [InlineData(null, "core:\n")]
    [InlineData("yaml", "core:\n")]
    [InlineData("scai", "@core echo {")]
    public async Task A_flow_is_shown_as_what_it_compiles_to(string? format, string begins)
    {
        var viewer = await ViewerAsync();

        var compiled = format is null
            ? await viewer.BareAsync(HttpMethod.Post, $"{Base}/compile", new { content = Echo() })
            : await viewer.BareAsync(HttpMethod.Post, $"{Base}/compile", new { content = Echo(), format });

        Assert.Equal(format ?? "yaml", compiled.Text("format"));
        Assert.StartsWith(begins, compiled.Text("body"), StringComparison.Ordinal);
        Assert.Equal(0, compiled.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task Errors_are_part_of_the_answer()
    {
        var content = Echo("{{ not an expression");

        var compiled = await (await ViewerAsync()).BareAsync(HttpMethod.Post, $"{Base}/compile", new { content });

        Assert.Equal(JsonValueKind.Null, compiled.GetProperty("body").ValueKind);
        var error = Assert.Single(compiled.GetProperty("errors").EnumerateArray());
        Assert.Equal(("error", "node_say", "nodes[1].config.template"), (error.Text("severity"), error.Text("node_id"), error.Text("path")));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{"id":"f","name":"f","version":"1.0.0","nodes":[],"edges":[]}""")]
    public async Task Whatever_is_sent_as_a_flow_gets_its_diagnostics(string content)
    {
        var body = new { content = JsonDocument.Parse(content).RootElement };
        var viewer = await ViewerAsync();

        var checkedFlow = await viewer.BareAsync(HttpMethod.Post, $"{Base}/validate", body);
        var compiled = await viewer.BareAsync(HttpMethod.Post, $"{Base}/compile", body);

        Assert.False(checkedFlow.GetProperty("valid").GetBoolean());
        Assert.NotEqual(0, checkedFlow.GetProperty("diagnostics").GetArrayLength());
        Assert.NotEqual(0, compiled.GetProperty("errors").GetArrayLength());
    }

    [Fact]
    public async Task A_flow_with_warnings_only_is_valid()
    {
        var content = Echo();
        content["variables"] = System.Text.Json.Nodes.JsonNode.Parse("""[{ "name": "unused", "type": "string" }]""");
        var viewer = await ViewerAsync();

        var checkedFlow = await viewer.BareAsync(HttpMethod.Post, $"{Base}/validate", new { content });
        var compiled = await viewer.BareAsync(HttpMethod.Post, $"{Base}/compile", new { content });

        Assert.True(checkedFlow.GetProperty("valid").GetBoolean());
        Assert.All(checkedFlow.GetProperty("diagnostics").EnumerateArray(), d => Assert.Equal("warning", d.Text("severity")));
        Assert.NotEqual(0, compiled.GetProperty("warnings").GetArrayLength());
    }

    [Fact]
    public async Task Anybody_may_read_the_schema()
    {
        using var nobody = world.Server.CreateClient();

        var schema = await nobody.BareAsync(HttpMethod.Get, "/schemas/scaiflow/v2.json");

        Assert.Equal("https://scailabs.com/schemas/scaiflow/v2.json", schema.Text("$id"));
    }

    [Fact]
    public async Task Formats_that_there_are_not_are_refused() =>
        Assert.Equal(["format"], (await (await ViewerAsync()).DeniedAsync(HttpMethod.Post, $"{Base}/compile", new { content = Echo(), format = "ir" }, HttpStatusCode.BadRequest, "validation_error")).Fields);

    private async Task<HttpClient> ViewerAsync() => (await world.NewPersonAsync(await world.NewTenantAsync(), [Roles.TenantViewer])).Http;
}
