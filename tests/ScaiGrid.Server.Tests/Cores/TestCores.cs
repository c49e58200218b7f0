using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
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
