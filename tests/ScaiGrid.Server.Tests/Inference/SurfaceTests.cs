using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Inference;

/// <summary>Completions, responses and embeddings go the way that chats go: the same models, refusals and records.</summary>
public sealed class SurfaceTests(World world)
{
    private const string Script = """
        {"rules":[{"match":{"equals":"fail"},"fail":{"status":500}},{"match":{"equals":"cut"},"reply":"one two three four","fail":"cut"}],
         "default":{"reply":"Hello there","usage":{"prompt_tokens":1000,"completion_tokens":20}}}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Paths => ["/v1/inference/generate", "/oai/v1/completions", "/oai/v1/responses"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_whole_answer_is_given_and_on_record_once(string path)
    {
        var (tenant, user, slug) = await NewModelAsync();

        var (status, answer) = await user.SendAsync(HttpMethod.Post, path, Ask(path, slug, "Hi"));

        Assert.True(status == HttpStatusCode.OK, $"{answer}");
        Assert.Equal("Hello there", TextOf(path, path.StartsWith("/v1", StringComparison.Ordinal) ? answer.GetProperty("data") : answer));
        var record = Assert.Single(await world.UsageAsync(tenant));
        Assert.Equal((slug, 1000L, 20L, 0.0022m, UsageOutcome.Completed), (record.Model, record.PromptTokens, record.CompletionTokens, record.Cost, record.Outcome));
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task A_stream_is_given_and_on_record_once(string path)
    {
        var (tenant, user, slug) = await NewModelAsync();

        var text = await StreamAsync(user, path, slug, "Hi");

        Assert.Equal(path != "/oai/v1/responses", text.EndsWith("data: [DONE]\n\n", StringComparison.Ordinal));
        Assert.Equal("Hello there", string.Concat(Events(text).Select(e => DeltaOf(path, e))));
        Assert.DoesNotContain("error", path == "/oai/v1/responses" ? "" : text, StringComparison.Ordinal);
        var record = Assert.Single(await world.UsageAsync(tenant));
        Assert.Equal((1000L, 20L, UsageOutcome.Completed), (record.PromptTokens, record.CompletionTokens, record.Outcome));
    }

    [Theory]
    [InlineData("/v1/inference/generate", "event: error\ndata: {\"code\":\"BACKEND_ERROR\"")]
    [InlineData("/oai/v1/completions", "data: {\"error\":{")]
    [InlineData("/oai/v1/responses", "event: response.failed\ndata: ")]
    public async Task A_stream_that_breaks_off_says_so_and_never_ends_well(string path, string marker)
    {
        var (tenant, user, slug) = await NewModelAsync();

        var text = await StreamAsync(user, path, slug, "cut");

        Assert.Contains(marker, text, StringComparison.Ordinal);
        Assert.DoesNotContain("response.completed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"stop\"", text, StringComparison.Ordinal);
        Assert.Equal(UsageOutcome.Failed, Assert.Single(await world.UsageAsync(tenant)).Outcome);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task What_fails_before_it_begins_is_an_ordinary_refusal_streamed_or_not(string path)
    {
        var (_, user, slug) = await NewModelAsync();
        foreach (var stream in (bool[])[false, true])
        {
            var (status, answer) = await user.SendAsync(HttpMethod.Post, path, Ask(path, slug, "fail", stream));

            Assert.Equal(HttpStatusCode.BadGateway, status);
            Assert.Equal("backend_error", answer.Text("error.code")?.ToLowerInvariant());
        }
    }

    [Theory]
    [InlineData("/v1/inference/generate")]
    [InlineData("/oai/v1/completions")]
    [InlineData("/oai/v1/responses")]
    [InlineData("/oai/v1/embeddings")]
    [InlineData("/v1/inference/embed")]
    public async Task Models_of_others_unknown_models_and_callers_who_may_not_are_refused_as_in_a_chat(string path)
    {
        var (tenant, user, slug) = await NewModelAsync();
        var stranger = await (await world.NewTenantAsync()).AsAdminAsync();
        var viewer = await tenant.AsAsync(Roles.TenantViewer);

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.SendAsync(HttpMethod.Post, path, Ask(path, slug, "Hi"))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await user.SendAsync(HttpMethod.Post, path, Ask(path, "no/such", "Hi"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.SendAsync(HttpMethod.Post, path, Ask(path, slug, "Hi"))).Status);
        var (status, answer) = await user.SendAsync(HttpMethod.Post, path, new { model = slug, wrong = 1 });
        Assert.Equal((HttpStatusCode.BadRequest, "validation_error"), (status, answer.Text("error.code")?.ToLowerInvariant()));
        Assert.Empty(await world.UsageAsync(tenant));
    }

    [Theory]
    [InlineData("/v1/inference/embed")]
    [InlineData("/oai/v1/embeddings")]
    public async Task Embeddings_are_given_in_the_order_of_the_inputs_and_on_record_once(string path)
    {
        var (tenant, user, slug) = await NewModelAsync();

        var (status, body) = await user.SendAsync(HttpMethod.Post, path, new { model = slug, input = (string[])["a red house", "seven"], dimensions = 8 });

        Assert.True(status == HttpStatusCode.OK, $"{body}");
        var answer = path.StartsWith("/v1", StringComparison.Ordinal) ? body.GetProperty("data") : body;
        Assert.Equal(("list", slug), (answer.Text("object"), answer.Text("model")));
        Assert.Equal("0:8,1:8", string.Join(',', answer.GetProperty("data").EnumerateArray().Select(d => $"{d.GetProperty("index")}:{d.GetProperty("embedding").GetArrayLength()}")));
        var record = Assert.Single(await world.UsageAsync(tenant));
        Assert.Equal((5L, 0L, 0.00001m, UsageOutcome.Completed), (record.PromptTokens, record.CompletionTokens, record.Cost, record.Outcome));
    }

    [Fact]
    public async Task A_published_Core_answers_prompts_and_responses_and_makes_no_embeddings()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var (id, slug) = await admin.PublishedCoreAsync(TestCores.Echo);

        var completion = (await admin.SendAsync(HttpMethod.Post, "/oai/v1/completions", new { model = slug, prompt = "Hi" })).Body;
        var response = (await admin.SendAsync(HttpMethod.Post, "/oai/v1/responses", new { model = slug, input = "Hi" })).Body;

        Assert.Equal(("You said: Hi", id), (completion.GetProperty("choices")[0].Text("text"), completion.Text("scaicore.core_id")));
        Assert.Equal(("You said: Hi", id), (TextOf("/oai/v1/responses", response), response.Text("scaicore.core_id")));
        var refused = await admin.RefusedAsync(HttpMethod.Post, "/v1/inference/embed", new { model = slug, input = "x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        Assert.Equal(["model"], refused.Fields());
    }

    private async Task<(TestTenant Tenant, HttpClient User, string Slug)> NewModelAsync()
    {
        var tenant = await world.NewTenantAsync();
        var slug = $"script/{tenant.Tenant.Slug}";
        await tenant.NewScriptedModelAsync(slug, Script);
        return (tenant, await tenant.AsAsync(Roles.TenantUser), slug);
    }

    private static object Ask(string path, string model, string words, bool stream = false) =>
        path.EndsWith("responses", StringComparison.Ordinal) ? new { model, input = words, stream }
        : path.Contains("embed", StringComparison.Ordinal) ? new { model, input = words }
        : new { model, prompt = words, stream };

    private static string? TextOf(string path, JsonElement answer) => path.EndsWith("responses", StringComparison.Ordinal)
        ? answer.GetProperty("output")[0].GetProperty("content")[0].Text("text")
        : answer.GetProperty("choices")[0].Text("text");

    private static string? DeltaOf(string path, JsonElement told) => path.EndsWith("responses", StringComparison.Ordinal)
        ? told.Text("type") == "response.output_text.delta" ? told.Text("delta") : null
        : told.GetProperty("choices").EnumerateArray().Select(c => c.Text("text")).FirstOrDefault();

    private static IEnumerable<JsonElement> Events(string text) => text.Split('\n')
        .Where(l => l.StartsWith("data: {", StringComparison.Ordinal)).Select(l => JsonElement.Parse(l["data: ".Length..]));

    private static async Task<string> StreamAsync(HttpClient user, string path, string slug, string words)
    {
        using var response = await user.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(Ask(path, slug, words, stream: true)), Cancel);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(Cancel);
    }
}
