using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace ScaiGrid.EndToEnd.Host;

internal readonly record struct Answer(HttpStatusCode Status, string RequestId, JsonElement Body)
{
    public JsonElement Data => Body.GetProperty("data");

    public string? ErrorCode => Body.GetProperty("error").GetProperty("code").GetString();
}

/// <summary>The calls that the tests make, each in one line.</summary>
internal static class Calls
{
    public const string Base = "/v1/modules/scaicore";

    extension(HttpClient http)
    {
        public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body));
            using var request = new HttpRequestMessage(method, path) { Content = content };
            using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var id = response.Headers.TryGetValues("X-Request-Id", out var ids) ? ids.Single() : "";
            return new(response.StatusCode, id, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
        }

        /// <summary>The <c>data</c> of an answer that must be a good one.</summary>
        public async Task<JsonElement> DataAsync(HttpMethod method, string path, object? body = null)
        {
            var answer = await http.SendAsync(method, path, body);
            Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {(int)answer.Status} {answer.Body}");
            return answer.Data;
        }

        public Task<JsonElement> GetDataAsync(string path) => http.DataAsync(HttpMethod.Get, path);

        public Task<JsonElement> PostDataAsync(string path, object? body = null) => http.DataAsync(HttpMethod.Post, path, body);

        /// <summary>A new Core that runs.</summary>
        /// <param name="yaml">Its manifest.</param>
        /// <returns>Its id.</returns>
        public async Task<string> StartedCoreAsync(string yaml)
        {
            var core = await http.PostDataAsync($"{Base}/cores", new StringContent(yaml, Encoding.UTF8, new MediaTypeHeaderValue("application/yaml")));
            await http.PostDataAsync($"{Base}/cores/{core.Text("id")}/start");
            return core.Text("id");
        }

        /// <returns>The slug.</returns>
        public async Task<string> PublishAsync(string coreId) => (await http.PostDataAsync($"{Base}/cores/{coreId}/publish")).Text("metadata.published_slug");

        public async Task<string> PublishedCoreAsync(string yaml) => await http.PublishAsync(await http.StartedCoreAsync(yaml));

        public Task<Answer> ChatAsync(string model, string message, object? metadata = null) => http.SendAsync(
            HttpMethod.Post, "/v1/inference/chat", new { model, messages = new[] { new { role = "user", content = message } }, metadata = metadata ?? new { } });

        /// <summary>The slugs that the caller sees.</summary>
        public async Task<IReadOnlyList<string>> ModelsAsync()
        {
            var answer = await http.SendAsync(HttpMethod.Get, "/oai/v1/models");
            return [.. answer.Data.EnumerateArray().Select(m => m.Text("id"))];
        }
    }

    extension(JsonElement element)
    {
        public JsonElement At(string path) => path.Split('.').Aggregate(element, (e, name) => e.GetProperty(name));

        /// <summary>The text at a path of member names, such as <c>metadata.published_slug</c>.</summary>
        public string Text(string path) => element.At(path).GetString()!;

        /// <summary>What the first choice of a chat answer says.</summary>
        public string Reply => element.GetProperty("choices")[0].Text("message.content");
    }
}
