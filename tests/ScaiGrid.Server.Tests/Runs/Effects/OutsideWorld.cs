using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs.Effects;

/// <summary>A server of its own that may call loopback, and a witness there.</summary>
public sealed class OutsideWorld : IAsyncLifetime
{
    private readonly Witness _witness = new();
    private readonly World _world = new(new TestServer(new() { ["Egress:AllowedHosts:0"] = "127.0.0.1", ["Egress:MaxAnswerBytes"] = "2000" }));

    internal World World => _world;

    internal Witness Witness => _witness;

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        await _world.DisposeAsync();
        await _witness.DisposeAsync();
    }

    internal async Task<HttpClient> AdminAsync() => await (await _world.NewTenantAsync()).AsAdminAsync();

    /// <summary>A Core of these steps, running.</summary>
    /// <param name="core">More members of <c>core</c>, as one line of YAML flow style.</param>
    internal static async Task<string> StartAsync(HttpClient admin, string steps, object? settings = null, string core = "description: x")
    {
        var created = await admin.CreateCoreAsync($"core:\n  name: Effects {Guid.CreateVersion7()}\n  {core}\n  flows:\n    - name: main\n      steps:\n{Indent(steps)}\n");
        var id = created.Text("id")!;
        if (settings is not null)
        {
            await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", settings);
        }

        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");
        return id;
    }

    internal static Task<JsonElement> InvokeAsync(HttpClient admin, string id, object? input = null, HttpStatusCode status = HttpStatusCode.OK) =>
        admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke", new { input = input ?? new { } }, status);

    /// <summary>What a run fails with.</summary>
    internal static Task<JsonElement> FailAsync(HttpClient admin, string id, object? input = null) =>
        admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores/{id}/invoke", new { input = input ?? new { } }, HttpStatusCode.BadGateway, "RUN_FAILED");

    private static string Indent(string steps) => string.Join('\n', steps.Trim('\n').Split('\n').Select(l => $"        {l}"));
}
