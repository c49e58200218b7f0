using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Cores;

/// <summary>Cores for tests, and the calls that bring them to where a test begins.</summary>
internal static class TestCores
{
    public const string Base = "/v1/modules/scaicore";

    public const string Echo = """
        core:
          name: Echo Agent
          identity: { persona: A friendly echo }
          flows:
            - name: echo
              steps:
                - id: answer
                  rigid: "You said: {{input.message}}"
        """;

    public const string Approval = """
        core:
          name: Approval Agent
          identity: { persona: Expense Approver }
          flows:
            - name: approve
              steps:
                - id: ask
                  checkpoint: { type: approval, prompt: "Approve '{{input.message}}'?", options: [approve, reject], assignee: "role:tenant_admin" }
                  result: decision
                - id: tell
                  rigid: "Decision: {{decision}}"
        """;

    /// <summary>The smallest PNG that can be: one transparent pixel.</summary>
    public const string PngBase64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

    private static readonly IdSource Ids = new(TimeProvider.System);

    /// <summary>The body of a chat call with one thing said.</summary>
    public static object Message(string model, string message, bool stream = false) => new { model, messages = new[] { new { role = "user", content = message } }, stream };

    /// <summary>A fresh tenant, its admin, and a Core of theirs.</summary>
    /// <param name="core">YAML, or the fields of the JSON form.</param>
    public static async Task<(TestTenant Acme, HttpClient Admin, string Id)> NewCoreAsync(this World world, object core)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var created = core is string yaml ? await admin.CreateCoreAsync(yaml) : await admin.PostDataAsync($"{Base}/cores", core, HttpStatusCode.Created);
        return (acme, admin, created.Text("id")!);
    }

    /// <summary>A model of the tenant that answers by a script, at 2 and 10 a million tokens.</summary>
    public static async Task NewScriptedModelAsync(this TestTenant acme, string slug, string script)
    {
        var backend = new BackendModel { Id = Ids.New<BackendModel>(), TenantId = acme.Tenant.Id, ProviderType = "scripted", Name = slug, ConnectionConfig = Value.FromJson(script), CreatedAt = DateTimeOffset.UnixEpoch };
        var model = new FrontendModel { Id = Ids.New<FrontendModel>(), TenantId = acme.Tenant.Id, Slug = new(slug), DisplayName = slug, InputPricePerMtok = 2, OutputPricePerMtok = 10, CreatedAt = DateTimeOffset.UnixEpoch };
        await acme.World.Server.WithDbAsync(db =>
        {
            db.AddRange(backend, model, new ModelBackend { FrontendId = model.Id, BackendId = backend.Id });
            return db.SaveChangesAsync();
        });
    }

    extension(HttpClient http)
    {
        public async Task<JsonElement> CreateCoreAsync(string yaml, HttpStatusCode status = HttpStatusCode.Created)
        {
            using var content = new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml"));
            using var response = await http.PostAsync(new Uri($"{Base}/cores", UriKind.Relative), content, TestContext.Current.CancellationToken);
            var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
            Assert.True(status == response.StatusCode, $"{(int)response.StatusCode} {body}");
            return status == HttpStatusCode.Created ? body.GetProperty("data") : body;
        }

        /// <summary>A Core that runs.</summary>
        /// <returns>Its id.</returns>
        public async Task<string> StartedCoreAsync(string yaml)
        {
            var core = await http.CreateCoreAsync(yaml);
            await http.PostDataAsync($"{Base}/cores/{core.Text("id")}/start");
            return core.Text("id")!;
        }

        /// <summary>A Core that runs and is published.</summary>
        public async Task<(string Id, string Slug)> PublishedCoreAsync(string yaml, params string[] groups)
        {
            var id = await http.StartedCoreAsync(yaml);
            var core = await http.PostDataAsync($"{Base}/cores/{id}/publish", new { group_ids = groups });
            return (id, core.Text("metadata.published_slug")!);
        }

        public Task<JsonElement> ChatAsync(string model, string message, object? metadata = null) => metadata is null
            ? http.PostDataAsync("/v1/inference/chat", new { model, messages = new[] { new { role = "user", content = message } } })
            : http.PostDataAsync("/v1/inference/chat", new { model, messages = new[] { new { role = "user", content = message } }, metadata });
    }

    extension(JsonElement answer)
    {
        public string? Reply => answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
    }
}
