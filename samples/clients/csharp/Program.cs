// Publishes a Core as a model, chats with it, and takes the model out of the catalogue again.
// SCAIGRID_HOST, SCAIGRID_API_KEY and CORE_ID say where, who and which.
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

using var http = new HttpClient { BaseAddress = new Uri(Setting("SCAIGRID_HOST")) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Setting("SCAIGRID_API_KEY"));
var core = $"/v1/modules/scaicore/cores/{Setting("CORE_ID")}";

var published = await PostAsync($"{core}/publish", new { group_ids = new[] { "mg_internal_chat", "mg_qa" } });
var slug = published.GetProperty("metadata").GetProperty("published_slug").GetString();
Console.WriteLine(slug);

var answer = await PostAsync("/v1/inference/chat", new
{
    model = slug,
    messages = new[] { new { role = "user", content = "Please review this expense." } },
});
Console.WriteLine(answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());

var left = await PostAsync($"{core}/unpublish", null);
Console.WriteLine(left.GetProperty("metadata").TryGetProperty("published", out _) ? "published" : "unpublished");

async Task<JsonElement> PostAsync(string path, object? body)
{
    using var response = await http.PostAsJsonAsync(path, body ?? new { });
    var text = await response.Content.ReadAsStringAsync();
    return response.IsSuccessStatusCode
        ? JsonDocument.Parse(text).RootElement.GetProperty("data")
        : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {text}");
}

static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set.");
