using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

/// <summary>What the tests of the catalogue's API do again and again.</summary>
internal static class ModelWorld
{
    public const string Key = "sk-proj-0123456789abcdef";

    extension(World world)
    {
        public async Task<HttpClient> AsSuperAsync() => (await world.NewCallerAsync(null, [Roles.SuperAdmin])).Http;

        /// <summary>A published Core's rows, as publishing makes them.</summary>
        public Task<FrontendModel> PublishedModelAsync(TestTenant tenant) => world.Server.WithDbAsync(async db =>
        {
            var model = new FrontendModel
            {
                Id = new($"fm_core_{tenant.Tenant.Id}"),
                Slug = new($"scaicore/{tenant.Tenant.Slug}/agent"),
                TenantId = tenant.Tenant.Id,
                DisplayName = "Agent",
                CreatedAt = DateTimeOffset.UnixEpoch,
            };
            var backend = new BackendModel
            {
                Id = new($"bm_core_{tenant.Tenant.Id}"),
                TenantId = tenant.Tenant.Id,
                ProviderType = "scaicore",
                Name = "Agent",
                ConnectionConfig = ScaiGrid.Flows.Language.Value.FromJson("""{"core_id":"core_1"}"""),
                CreatedAt = DateTimeOffset.UnixEpoch,
            };
            db.AddRange(model, backend, new ModelBackend { FrontendId = model.Id, BackendId = backend.Id });
            await db.SaveChangesAsync();
            return model;
        });
    }

    extension(TestTenant tenant)
    {
        public string Prefix => $"tenant/{tenant.Tenant.Slug}/";
    }

    extension(HttpClient http)
    {
        public Task<JsonElement> NewModelAsync(string slug, object? more = null) => http.PostDataAsync("/v1/models", Merge(new { slug, display_name = "M" }, more), HttpStatusCode.Created);

        public Task<JsonElement> NewBackendAsync(object? more = null) => http.PostDataAsync(
            "/v1/backends",
            Merge(new { provider_type = "openai", name = "B", connection_config = new { api_key = Key, model = "gpt-4o" } }, more),
            HttpStatusCode.Created);

        public Task<JsonElement> NewGroupAsync(object? more = null) => http.PostDataAsync("/v1/models/groups", Merge(new { name = "G" }, more), HttpStatusCode.Created);

        public Task<JsonElement> RefusedAsync(string method, string path, object? body, HttpStatusCode status, string code) => http.RefusedAsync(new HttpMethod(method), path, body, status, code);

        public async Task<string[]> SlugsAsync(string query = "?limit=1000") =>
            [.. (await http.GetDataAsync($"/v1/models{query}")).GetProperty("items").EnumerateArray().Select(m => m.Text("slug")!)];
    }

    /// <summary>The fields that a refusal complains of.</summary>
    public static string[] Fields(this JsonElement error) => [.. error.GetProperty("details").EnumerateArray().Select(d => d.Text("field")!).Order(StringComparer.Ordinal)];

    private static Dictionary<string, object?> Merge(object first, object? second)
    {
        var merged = JsonSerializer.SerializeToElement(first).EnumerateObject().ToDictionary(m => m.Name, m => (object?)m.Value);
        foreach (var member in second is null ? [] : JsonSerializer.SerializeToElement(second).EnumerateObject().ToArray())
        {
            merged[member.Name] = member.Value;
        }

        return merged;
    }
}
