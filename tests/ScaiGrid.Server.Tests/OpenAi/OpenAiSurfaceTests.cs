using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.OpenAi;

/// <summary>What OpenAI's own clients rely on.</summary>
public sealed class OpenAiSurfaceTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Models_are_listed_and_shown_as_far_as_the_caller_sees_them()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        var (viewer, stranger) = (await acme.AsAsync(Roles.TenantViewer), await (await world.NewTenantAsync()).AsAdminAsync());

        var list = (await viewer.SendAsync(HttpMethod.Get, "/oai/v1/models")).Body;
        var model = Assert.Single(list.GetProperty("data").EnumerateArray(), m => m.Text("id") == slug);
        Assert.Equal(("list", "model", "scaicore"), (list.Text("object"), model.Text("object"), model.Text("owned_by")));
        Assert.True(model.GetProperty("created").GetInt64() > 1_600_000_000);
        foreach (var path in (string[])[slug, Uri.EscapeDataString(slug)])
        {
            Assert.Equal(model.ToString(), (await viewer.SendAsync(HttpMethod.Get, $"/oai/v1/models/{path}")).Body.ToString());
        }

        Assert.DoesNotContain(slug, (await stranger.SendAsync(HttpMethod.Get, "/oai/v1/models")).Body.GetProperty("data").EnumerateArray().Select(m => m.Text("id")));
        await RefusedAsync(stranger, HttpMethod.Get, $"/oai/v1/models/{slug}", null, HttpStatusCode.NotFound, "invalid_request_error", "model_not_found");
    }

    [Fact]
    public async Task A_chat_completion_has_OpenAIs_shape_and_no_envelope()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (_, slug) = await admin.PublishedCoreAsync(TestCores.Echo);

        var (status, answer) = await admin.SendAsync(HttpMethod.Post, "/oai/v1/chat/completions", TestCores.Message(slug, "Hi"));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(("chat.completion", slug, "You said: Hi"), (answer.Text("object"), answer.Text("model"), answer.Reply));
        Assert.StartsWith("chatcmpl-", answer.Text("id"), StringComparison.Ordinal);
        Assert.Equal(("assistant", "stop", 0), (answer.GetProperty("choices")[0].Text("message.role"), answer.GetProperty("choices")[0].Text("finish_reason"), answer.GetProperty("choices")[0].At("index").GetInt32()));
        Assert.Equal(0, answer.At("usage.total_tokens").GetInt32());
        Assert.True(answer.GetProperty("created").GetInt64() > 1_600_000_000);
    }

    [Fact]
    public async Task Refusals_have_OpenAIs_shape_and_words()
    {
        var acme = await world.NewTenantAsync();
        var (user, viewer, nobody) = (await acme.AsAsync(Roles.TenantUser), await acme.AsAsync(Roles.TenantViewer), world.Server.CreateClient());
        var stale = world.Server.CreateClient();
        stale.DefaultRequestHeaders.Authorization = new("Bearer", ApiKeySecret.Make());
        const string chat = "/oai/v1/chat/completions";

        await RefusedAsync(nobody, HttpMethod.Post, chat, TestCores.Message("a/b", "Hi"), HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key");
        await RefusedAsync(stale, HttpMethod.Post, chat, TestCores.Message("a/b", "Hi"), HttpStatusCode.Unauthorized, "authentication_error", "invalid_api_key");
        await RefusedAsync(viewer, HttpMethod.Post, chat, TestCores.Message("a/b", "Hi"), HttpStatusCode.Forbidden, "permission_error", "authz_permission_denied");
        await RefusedAsync(user, HttpMethod.Post, chat, TestCores.Message("no/such", "Hi"), HttpStatusCode.NotFound, "invalid_request_error", "model_not_found");
        await RefusedAsync(user, HttpMethod.Post, chat, new { model = "a/b" }, HttpStatusCode.BadRequest, "invalid_request_error", "validation_error", "messages");
        await RefusedAsync(user, HttpMethod.Post, chat, new { model = "a/b", messages = new[] { new { role = "user", content = 7 } } }, HttpStatusCode.BadRequest, "invalid_request_error", "validation_error", "messages[0].content");
        await RefusedAsync(user, HttpMethod.Get, "/oai/v1/nothing", null, HttpStatusCode.NotFound, "invalid_request_error", "not_found");
    }

    [Theory]
    [InlineData("/oai/v1/chat/completions", false)]
    [InlineData("/oai/v1/chat/completions", true)]
    [InlineData("/v1/inference/chat", true)]
    public async Task A_stream_of_a_published_Core_is_well_formed(string path, bool hasUsage)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        object body = hasUsage && path.StartsWith("/oai", StringComparison.Ordinal)
            ? new { model = slug, messages = new[] { new { role = "user", content = "Hi" } }, stream = true, stream_options = new { include_usage = true } }
            : TestCores.Message(slug, "Hi", stream: true);

        using var response = await admin.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(body), Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = text.Split("\n\n");
        Assert.Equal(("data: [DONE]", ""), (events[^2], events[^1]));
        var chunks = events[..^2].Select(e => JsonElement.Parse(e["data: ".Length..])).ToList();
        Assert.All(chunks, c => Assert.Equal(("chat.completion.chunk", slug), (c.Text("object"), c.Text("model"))));
        Assert.Single(chunks.Select(c => c.Text("id")).Distinct());
        var deltas = chunks.Where(c => c.GetProperty("choices").GetArrayLength() > 0).Select(c => c.GetProperty("choices")[0]).ToList();
        Assert.Equal("assistant", deltas[0].Text("delta.role"));
        Assert.Equal("You said: Hi", string.Concat(deltas.Select(d => d.GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "")));
        Assert.Equal("stop", deltas[^1].Text("finish_reason"));
        Assert.Equal(hasUsage, chunks[^1].TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object);
        Assert.Contains(chunks, c => c.TryGetProperty("scaicore", out var about) && about.Text("core_id") == id);
    }

    [Fact]
    public async Task A_stream_that_cannot_begin_is_an_ordinary_refusal()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/stop");

        await RefusedAsync(admin, HttpMethod.Post, "/oai/v1/chat/completions", TestCores.Message(slug, "Hi", stream: true), HttpStatusCode.ServiceUnavailable, "api_error", "model_unavailable");
    }

    [Fact]
    public async Task A_stream_that_breaks_off_says_so_and_is_never_a_clean_end()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await acme.NewScriptedModelAsync($"cut/{acme.Tenant.Slug}", """{"default":{"reply":"one two three four","fail":"cut"}}""");
        foreach (var (path, marker) in ((string, string)[])[("/v1/inference/chat", "event: error\ndata: "), ("/oai/v1/chat/completions", "data: {\"error\":")])
        {
            using var response = await admin.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(TestCores.Message($"cut/{acme.Tenant.Slug}", "Hi", stream: true)), Cancel);
            var text = await response.Content.ReadAsStringAsync(Cancel);

            Assert.Contains(marker, text, StringComparison.Ordinal);
            Assert.DoesNotContain("\"finish_reason\":\"stop\"", text, StringComparison.Ordinal);
            Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        }
    }

    private static async Task RefusedAsync(HttpClient http, HttpMethod method, string path, object? body, HttpStatusCode status, string type, string code, string? param = null)
    {
        var (actual, answer) = await http.SendAsync(method, path, body);
        Assert.True(status == actual, $"{(int)actual} {answer}");
        var error = answer.GetProperty("error");
        Assert.Equal((type, code, param), (error.Text("type"), error.Text("code"), error.Text("param")));
        Assert.NotEqual("", error.Text("message"));
    }
}
