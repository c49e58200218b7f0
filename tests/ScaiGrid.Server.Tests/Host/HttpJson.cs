using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>Requests and what is expected of their answers, in one line each.</summary>
internal static class HttpJson
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    extension(HttpClient http)
    {
        /// <summary>Sends JSON (or nothing) and returns the status and the body.</summary>
        public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            using var response = await http.SendAsync(request, Cancel);
            var text = await response.Content.ReadAsStringAsync(Cancel);
            return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text, new() { MaxDepth = 128 }).RootElement);
        }

        /// <summary>The <c>data</c> of an answer that must have that status.</summary>
        public async Task<JsonElement> DataAsync(HttpMethod method, string path, object? body = null, HttpStatusCode status = HttpStatusCode.OK)
        {
            var (actual, answer) = await http.SendAsync(method, path, body);
            Assert.True(status == actual, $"{method} {path}: {(int)actual} {answer}");
            Assert.Equal("ok", answer.GetProperty("status").GetString());
            return answer.GetProperty("data");
        }

        public Task<JsonElement> GetDataAsync(string path) => http.DataAsync(HttpMethod.Get, path);

        public Task<JsonElement> PostDataAsync(string path, object? body = null, HttpStatusCode status = HttpStatusCode.OK) => http.DataAsync(HttpMethod.Post, path, body, status);

        /// <summary>The <c>error</c> of an answer of the native surface that must be that refusal.</summary>
        public async Task<JsonElement> RefusedAsync(HttpMethod method, string path, object? body, HttpStatusCode status, string code)
        {
            var (actual, answer) = await http.SendAsync(method, path, body);
            Assert.True(status == actual, $"{method} {path}: {(int)actual} {answer}");
            Assert.Equal("error", answer.GetProperty("status").GetString());
            Assert.StartsWith("req_", answer.GetProperty("meta").GetProperty("request_id").GetString(), StringComparison.Ordinal);
            var error = answer.GetProperty("error");
            Assert.Equal(code, error.GetProperty("code").GetString());
            Assert.NotEqual("", error.GetProperty("message").GetString());
            return error;
        }
    }

    extension(JsonElement element)
    {
        /// <summary>The text at a path of member names, such as <c>metadata.published_slug</c>.</summary>
        public string? Text(string path) => element.At(path).GetString();

        public JsonElement At(string path) => path.Split('.').Aggregate(element, (e, name) => e.GetProperty(name));
    }
}
