using System.Net.Http.Json;
using System.Text.Json;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Events;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Inference;

/// <summary>A Core that was published with <c>streaming</c> says its answer as its last model does; every other one says it whole.</summary>
public sealed class StreamedCoreTests(World world)
{
    private const string Says = "one two three four five";

    private const string Last = "{ id: a, llm_turn: Count. }";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/inference/chat", Last)]
    [InlineData("/oai/v1/chat/completions", Last)]
    [InlineData("/v1/inference/chat", "{ id: first, rigid: x }, { id: a, llm_turn: Count. }, { set: { response: a } }")]
    [InlineData("/v1/inference/chat", "{ id: a, llm_turn: Count. }, { rigid: '{{a}}' }")]
    [InlineData("/v1/inference/chat", "{ id: a, llm_turn: Count., result: said }, { set: { message: said } }")]
    public async Task The_words_of_the_last_model_step_come_one_by_one(string path, string steps)
    {
        var (admin, slug) = await PublishedAsync(steps, streaming: true);

        var chunks = await StreamAsync(admin, path, slug);

        var words = Words(chunks);
        Assert.True(words.Count > 2, $"{words.Count} pieces");
        Assert.Equal(Says, string.Concat(words));
        var end = chunks.Single(c => c.At("choices").GetArrayLength() > 0 && c.At("choices")[0].At("finish_reason").ValueKind == JsonValueKind.String);
        Assert.Equal(("stop", "completed"), (end.At("choices")[0].Text("finish_reason"), end.Text("scaicore.status")));
        Assert.All(chunks, c => Assert.Equal(($"chatcmpl-{end.Text("scaicore.execution_id")}", slug), (c.Text("id"), c.Text("model"))));
        if (path.StartsWith("/v1", StringComparison.Ordinal))
        {
            Assert.True(chunks[^1].At("usage.completion_tokens").GetInt64() > 0);
        }
    }

    [Theory]
    [InlineData("{ id: a, llm_turn: Count., validate: output.length > 0 }")] // the answer may yet be refused
    [InlineData("{ id: a, llm_turn: Count. }, { rigid: '{{a}}!' }")] // the answer is another
    [InlineData("{ id: p, parallel: { branches: [ { name: l, steps: [ { id: a, llm_turn: Count. } ] } ] } }")]
    public async Task What_may_not_be_the_answer_is_not_said_before_it_is(string steps)
    {
        var (admin, slug) = await PublishedAsync(steps, streaming: true);

        var whole = (await admin.ChatAsync(slug, "Go")).Reply;

        Assert.Equal(whole, Assert.Single(Words(await StreamAsync(admin, "/v1/inference/chat", slug))));
    }

    [Fact]
    public async Task Unless_it_is_asked_for_at_publication_an_answer_is_said_whole()
    {
        var (admin, slug) = await PublishedAsync(Last, streaming: false);

        Assert.Equal(Says, Assert.Single(Words(await StreamAsync(admin, "/v1/inference/chat", slug))));
        Assert.False(await StreamsAsync(admin, slug));
    }

    [Fact]
    public async Task The_catalogue_tells_and_an_edit_of_the_Core_leaves_it()
    {
        var (admin, slug) = await PublishedAsync(Last, streaming: true);
        Assert.True(await StreamsAsync(admin, slug));

        var id = (await admin.GetDataAsync($"{TestCores.Base}/cores")).At("items")[0].Text("id");
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { name = "Renamed" });

        Assert.True(await StreamsAsync(admin, slug));
        Assert.True(Words(await StreamAsync(admin, "/v1/inference/chat", slug)).Count > 2);
    }

    [Fact]
    public async Task Who_wants_no_stream_has_the_whole_answer()
    {
        var (admin, slug) = await PublishedAsync(Last, streaming: true);

        Assert.Equal(Says, (await admin.ChatAsync(slug, "Go")).Reply);
    }

    [Fact]
    public async Task A_stream_that_broke_off_ends_with_an_error_and_not_with_another_models_answer()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        await acme.NewScriptedModelAsync($"test/broken-{acme.Tenant.Id}", $$$"""{"default":{"reply":"{{{Says}}}","fail":"cut"}}""");
        await acme.NewScriptedModelAsync($"test/whole-{acme.Tenant.Id}", """{"default":{"reply":"something else"}}""");
        var id = await admin.StartedCoreAsync($$"""
            core:
              name: Broken
              scaiflow_meta: { models: [ { role: primary, ref: scaigrid, model: test/broken-{{acme.Tenant.Id}}, fallback: [ { ref: scaigrid, model: test/whole-{{acme.Tenant.Id}} } ] } ] }
              flows: [ { name: count, steps: [ { id: a, llm_turn: Count. } ] } ]
            """);
        var slug = (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/publish", new { streaming = true })).Text("metadata.published_slug")!;

        using var stream = await SendAsync(admin, "/v1/inference/chat", slug);
        var sent = await ReadAsync(stream);

        Assert.Contains(sent, s => s.Event == "error" && s.Data.Text("code") == "BACKEND_ERROR");
        Assert.DoesNotContain("something else", string.Concat(Words([.. sent.Where(s => s.Event is null).Select(s => s.Data)])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_waits_says_so_in_its_stream()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var id = await admin.StartedCoreAsync(TestCores.Approval);
        var slug = (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/publish", new { streaming = true })).Text("metadata.published_slug")!;

        Assert.Contains("Approve 'Go'?", Assert.Single(Words(await StreamAsync(admin, "/v1/inference/chat", slug))), StringComparison.Ordinal);
    }

    private static List<string> Words(IEnumerable<JsonElement> chunks) =>
    [
        .. chunks.Where(c => c.At("choices").GetArrayLength() > 0).Select(c => c.At("choices")[0].At("delta"))
            .Where(d => d.TryGetProperty("content", out var content) && content.GetString() is { Length: > 0 }).Select(d => d.Text("content")!),
    ];

    private static async Task<List<JsonElement>> StreamAsync(HttpClient admin, string path, string slug)
    {
        using var stream = await SendAsync(admin, path, slug);
        return [.. (await ReadAsync(stream)).Select(s => s.Data)];
    }

    private static async Task<List<Sent>> ReadAsync(HttpResponseMessage stream)
    {
        var text = await stream.Content.ReadAsStringAsync(Cancel);
        Assert.EndsWith("data: [DONE]\n\n", text, StringComparison.Ordinal);
        return
        [
            .. text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(m => m != "data: [DONE]").Select(m => m.StartsWith("event: error\n", StringComparison.Ordinal)
                ? new Sent(null, "error", JsonDocument.Parse(m[(m.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement)
                : new Sent(null, null, JsonDocument.Parse(m[6..]).RootElement)),
        ];
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient admin, string path, string slug) =>
        admin.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(TestCores.Message(slug, "Go", stream: true)), Cancel);

    private static async Task<bool> StreamsAsync(HttpClient admin, string slug) =>
        (await admin.GetDataAsync($"/v1/models/{Uri.EscapeDataString(slug)}")).At("capabilities.streaming").GetBoolean();

    private async Task<(HttpClient Admin, string Slug)> PublishedAsync(string steps, bool streaming)
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();
        var model = $"test/counter-{acme.Tenant.Id}";
        await acme.NewScriptedModelAsync(model, $$$"""{"default":{"reply":"{{{Says}}}"}}""");
        var id = await admin.StartedCoreAsync($"core: {{ name: Counter, model: scaigrid/{model}, flows: [ {{ name: count, steps: [ {steps} ] }} ] }}");
        var core = await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/publish", new { streaming });
        return (admin, core.Text("metadata.published_slug")!);
    }
}
