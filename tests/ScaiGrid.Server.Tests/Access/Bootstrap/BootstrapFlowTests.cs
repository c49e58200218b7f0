using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access.Bootstrap;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access.Bootstrap;

/// <summary>The section <c>flows</c>: saved, deployed and published at start, again at every start, and never over what people did since.</summary>
public sealed class BootstrapFlowTests : IDisposable
{
    private const string Key = "sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA";

    private readonly TestServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_flow_of_the_file_is_saved_deployed_and_published()
    {
        await WriteFlowAsync("You said: {{input.message}}");

        Assert.Empty(await ApplyAsync(Company()));

        using var http = _server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        Assert.Equal("You said: hello", (await http.ChatAsync("scaicore/acme/echo", "hello")).Reply);
        var (flow, groups) = await _server.WithDbAsync(async db => (await db.Flows.SingleAsync(), await db.ModelGroups.ToListAsync()));
        Assert.Equal(("flow_demo", "usr_1", "tnt_1", "Echo"), (flow.Id.Value, flow.OwnerId.Value, flow.TenantId.Value, flow.Name));
        Assert.Equal("scaicore/acme/echo", Assert.Single(groups.Single(g => g.Id.Value == "mg_1").Members).Slug.Value);
    }

    [Fact]
    public async Task Applying_it_again_changes_nothing_and_new_content_is_a_new_version_that_is_deployed()
    {
        await WriteFlowAsync("one");
        Assert.Empty(await ApplyAsync(Company()));
        var before = await RowsAsync();

        Assert.Empty(await ApplyAsync(Company()));
        Assert.Equal(before, await RowsAsync());

        await WriteFlowAsync("two");
        Assert.Empty(await ApplyAsync(Company()));
        Assert.Equal((2, 2, 1), await CountAsync());
        Assert.Equal("1.0.1", await _server.WithDbAsync(async db => (await db.Flows.SingleAsync()).ContentVersion.ToString()));
    }

    [Fact]
    public async Task What_people_changed_since_stays_until_the_file_says_something_new()
    {
        await WriteFlowAsync("one");
        Assert.Empty(await ApplyAsync(Company()));
        await WriteFlowAsync("by hand");
        Assert.Empty(await ApplyAsync(Company())); // stands for an author's own save

        await WriteFlowAsync("one");
        Assert.Empty(await ApplyAsync(Company()));

        Assert.Equal((2, 2, 1), await CountAsync());
        Assert.Equal("1.0.1", await _server.WithDbAsync(async db => (await db.Flows.SingleAsync()).ContentVersion.ToString()));
    }

    [Fact]
    public async Task Publishing_can_be_asked_for_later()
    {
        await WriteFlowAsync("one");
        Assert.Empty(await ApplyAsync(Company("deploy: true")));
        Assert.Equal(0, await _server.WithDbAsync(db => db.Models.CountAsync()));

        Assert.Empty(await ApplyAsync(Company()));

        Assert.Equal(1, await _server.WithDbAsync(db => db.Models.CountAsync()));
        Assert.Equal((1, 2, 1), await CountAsync());
    }

    [Fact]
    public async Task Every_fault_is_listed_with_its_line_and_nothing_is_applied()
    {
        await WriteFlowAsync("{{ not an expression");
        await File.WriteAllTextAsync(Path.Combine(_server.Folder, "text.json"), "not json", TestContext.Current.CancellationToken);

        var faults = await ApplyAsync(Company() + """

              - { id: flow_2, tenant: tnt_1, owner: usr_1, file: ../outside.json }
              - { id: flow_3, tenant: tnt_2, owner: usr_9, file: text.json, publish: true, group_ids: [mg_9], color: red }
              - { id: flow_4 }
            """);

        Assert.Equal(
        [
            "line 7: flows[0].file: nodes[1].config.template: FL",
            "line 8: flows[1].file: '../outside.json' is no file in the folder of this one",
            "line 9: flows[2].tenant: 'tnt_2' is not the id of a tenant in this file or in the database",
            "line 9: flows[2].owner: 'usr_9' is not the id of a user in this file or in the database",
            "line 9: flows[2].group_ids[0]: 'mg_9' is not the id of a model group in this file or in the database",
            "line 9: flows[2].file: 'text.json' cannot be read as JSON: ",
            "line 9: flows[2].publish: needs 'deploy: true'",
            "line 9: flows[2].color: is not known here",
            "line 10: flows[3].tenant: is required",
            "line 10: flows[3].owner: is required",
            "line 10: flows[3].file: is required",
        ], faults.Zip(Lengths, (fault, length) => fault[..Math.Min(fault.Length, length)]).Concat(faults.Skip(Lengths.Length)));
        Assert.Equal(0, await _server.WithDbAsync(db => db.Partners.CountAsync()));
    }

    /// <summary>The words of the JSON reader and of the analysis are theirs to choose.</summary>
    private static readonly int[] Lengths = [51, 200, 200, 200, 200, 59, 200, 200, 200, 200, 200];

    private static string Company(string deploy = "deploy: true, publish: true, group_ids: [mg_1]") => $$"""
        partners: [{ id: prt_1, slug: north, name: North }]
        tenants: [{ id: tnt_1, partner: prt_1, slug: acme, name: Acme }]
        users: [{ id: usr_1, tenant: tnt_1, email: a@acme.test, roles: [tenant_admin] }]
        api_keys: [{ id: key_1, user: usr_1, name: ci, key: {{Key}} }]
        model_groups: [{ id: mg_1, name: One, scope: tenant, tenant: tnt_1 }]
        flows:
          - { id: flow_demo, tenant: tnt_1, owner: usr_1, file: ./flows/echo.flow.json, {{deploy}} }
        """;

    private Task<(int Versions, int Deployments, int Cores)> CountAsync() => _server.WithDbAsync(async db =>
        (await db.FlowVersions.CountAsync(), await db.FlowDeployments.CountAsync(), await db.Cores.CountAsync()));

    private Task<string> RowsAsync() => _server.WithDbAsync(async db => string.Join('\n',
        (await db.Flows.AsNoTracking().ToListAsync()).Select(f => $"{f.Id} {f.Version} {f.UpdatedAt:O}")
            .Concat((await db.Cores.AsNoTracking().ToListAsync()).Select(c => $"{c.Id} {c.Version}"))
            .Append($"{await db.FlowVersions.CountAsync()} {await db.FlowDeployments.CountAsync()} {await db.AuditLog.CountAsync()}")));

    private async Task WriteFlowAsync(string says)
    {
        Directory.CreateDirectory(Path.Combine(_server.Folder, "flows"));
        await File.WriteAllTextAsync(Path.Combine(_server.Folder, "flows", "echo.flow.json"), TestFlows.Echo(says).ToJsonString(), TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(string yaml)
    {
        var file = Path.Combine(_server.Folder, "bootstrap.yaml");
        await File.WriteAllTextAsync(file, yaml, TestContext.Current.CancellationToken);
        await using var scope = _server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        return await scope.ServiceProvider.GetRequiredService<BootstrapFile>().ApplyAsync(file, _ => null, TestContext.Current.CancellationToken);
    }
}
