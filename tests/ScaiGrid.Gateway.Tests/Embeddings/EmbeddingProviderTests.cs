using System.Buffers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Anthropic;
using ScaiGrid.Gateway.Providers.Azure;
using ScaiGrid.Gateway.Providers.Google;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Mistral;
using ScaiGrid.Gateway.Providers.Ollama;
using ScaiGrid.Gateway.Providers.OpenAi;
using ScaiGrid.Gateway.Providers.Scripted;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Embeddings;

/// <summary>What each upstream is asked for embeddings, and what its answer comes to.</summary>
public sealed class EmbeddingProviderTests : IAsyncDisposable
{
    private const string OpenAiAnswer = """{"object":"list","model":"secret","data":[{"object":"embedding","index":1,"embedding":[0.5,-1]},{"object":"embedding","index":0,"embedding":[0.25,1e-3]}],"usage":{"prompt_tokens":7,"total_tokens":7}}""";
    private const string GoogleAnswer = """{"embeddings":[{"values":[0.25,1e-3]},{"values":[0.5,-1]}]}""";
    private const string OllamaAnswer = """{"model":"secret","embeddings":[[0.25,1e-3],[0.5,-1]],"prompt_eval_count":7}""";

    private readonly UpstreamHttp _http = new();
    private readonly FakeUpstream _upstream = new();

    [Theory]
    [InlineData("openai", "POST /v1/embeddings", """{"model":"secret","input":["one","two"],"encoding_format":"float","dimensions":2,"user":"u"}""", OpenAiAnswer)]
    [InlineData("custom", "POST /v1/embeddings", """{"model":"secret","input":["one","two"],"encoding_format":"float","dimensions":2,"user":"u"}""", OpenAiAnswer)]
    [InlineData("azure", "POST /v1/openai/deployments/secret/embeddings?api-version=2024-10-21", """{"model":"secret","input":["one","two"],"encoding_format":"float","dimensions":2,"user":"u"}""", OpenAiAnswer)]
    [InlineData("mistral", "POST /v1/embeddings", """{"model":"secret","input":["one","two"],"output_dimension":2}""", OpenAiAnswer)]
    [InlineData("google", "POST /v1/models/secret:batchEmbedContents", """{"requests":[{"model":"models/secret","content":{"parts":[{"text":"one"}]},"outputDimensionality":2},{"model":"models/secret","content":{"parts":[{"text":"two"}]},"outputDimensionality":2}]}""", GoogleAnswer)]
    [InlineData("ollama", "POST /v1/api/embed", """{"model":"secret","input":["one","two"],"truncate":false,"dimensions":2}""", OllamaAnswer)]
    public async Task An_upstream_is_asked_in_its_own_words_and_answers_in_the_order_of_the_inputs(string kind, string line, string asked, string answer)
    {
        _upstream.Then(200, answer);

        using var result = await EmbedAsync(kind, """{"model":"acme/e","input":["one","two"],"dimensions":2,"user":"u"}""");

        Assert.Equal(ChatOutcome.Answered, result.Outcome);
        var (head, body) = Assert.Single(_upstream.Requests);
        Assert.StartsWith(line + " ", head, StringComparison.Ordinal);
        Assert.Contains("sk-secret-key", head, StringComparison.Ordinal);
        Assert.Equal(asked, body);
        var counted = kind != "google"; // which does not count
        Assert.Equal((counted ? 7 : 2, !counted), (result.Usage.PromptTokens, result.Usage.Estimated));
        Assert.Equal(
            $$$"""{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,0.001]},{"object":"embedding","index":1,"embedding":[0.5,-1]}],"model":"acme/helper","usage":{"prompt_tokens":{{{(counted ? 7 : 2)}}},"total_tokens":{{{(counted ? 7 : 2)}}}}}""",
            Written(result, EmbeddingEncoding.Float));
        Assert.Contains(Convert.ToBase64String([.. BitConverter.GetBytes(0.25f), .. BitConverter.GetBytes(0.001f)]), Written(result, EmbeddingEncoding.Base64), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("openai", true)]
    [InlineData("custom", true)]
    [InlineData("azure", true)]
    [InlineData("mistral", false)]
    [InlineData("google", false)]
    [InlineData("ollama", false)]
    [InlineData("scripted", false)]
    public async Task Tokens_go_to_upstreams_that_know_them_and_are_refused_by_name_elsewhere(string kind, bool taken)
    {
        _upstream.Then(200, """{"data":[{"index":0,"embedding":[1]}]}""");

        using var result = await EmbedAsync(kind, """{"model":"acme/e","input":[[5,6,7]]}""");

        Assert.Equal(taken ? ChatOutcome.Answered : ChatOutcome.Rejected, result.Outcome);
        Assert.Equal(taken ? 1 : 0, _upstream.Requests.Count);
        Assert.Equal(taken ? null : "input", result.Failure?.Details["field"]);
    }

    [Theory]
    [InlineData("openai", "{\"broken")]
    [InlineData("openai", "[]")]
    [InlineData("openai", "{}")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]}]}""")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}""")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]}""")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]}""")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e99]}]}""")]
    [InlineData("openai", """{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AAAA"}]}""")]
    [InlineData("google", """{"embeddings":[{"values":[1]},{"values":["x"]}]}""")]
    [InlineData("google", """{"embeddings":[{"values":[1]},{"values":[1]},{"values":[1]}]}""")]
    [InlineData("ollama", """{"embeddings":[[1]]}""")]
    [InlineData("ollama", """{"embeddings":[[1],7]}""")]
    public async Task What_is_not_one_vector_for_each_input_is_no_answer(string kind, string answer)
    {
        _upstream.Then(200, answer);

        using var result = await EmbedAsync(kind, """{"model":"acme/e","input":["one","two"]}""");

        Assert.Equal(ChatOutcome.ShapeMismatch, result.Outcome);
    }

    [Theory]
    [InlineData(400, ChatOutcome.Rejected)]
    [InlineData(401, ChatOutcome.BackendError)]
    [InlineData(404, ChatOutcome.BackendError)]
    [InlineData(429, ChatOutcome.BackendRateLimited)]
    [InlineData(503, ChatOutcome.BackendError)]
    public async Task A_status_means_what_it_means_in_a_chat(int status, ChatOutcome expected)
    {
        _upstream.Then(status, """{"error":{"message":"no"}}""");

        using var result = await EmbedAsync("openai", """{"model":"acme/e","input":"one"}""");

        Assert.Equal((expected, status), (result.Outcome, result.Failure?.Status));
    }

    [Fact]
    public async Task A_kind_without_embeddings_says_so_and_is_not_asked()
    {
        using var http = await EmbedAsync("anthropic", """{"model":"acme/e","input":"one"}""");
        using var inProcess = await new Dispatcher(TimeProvider.System, new Random(1)).EmbedAsync(Sample.Route(new FakeProvider()), Request("""{"model":"acme/e","input":"one"}"""), Sample.Context, TestContext.Current.CancellationToken);

        Assert.All([http, inProcess], result => Assert.Equal((ChatOutcome.Rejected, "model"), (result.Outcome, result.Failure!.Details["field"])));
        Assert.Empty(_upstream.Requests);
    }

    [Fact]
    public async Task Another_backend_is_asked_when_the_first_is_down()
    {
        _upstream.Then(503, "{}").Then(200, """{"data":[{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":3}}""");
        var route = new Route("acme/e", new Target("first", Connect("openai"), TimeSpan.FromSeconds(9)), new Target("second", Connect("openai"), TimeSpan.FromSeconds(9), Priority: 1));

        using var result = await new Dispatcher(TimeProvider.System, new Random(1), new() { Rounds = 1 }).EmbedAsync(route, Request("""{"model":"acme/e","input":"one"}"""), Sample.Context, TestContext.Current.CancellationToken);

        Assert.Equal((ChatOutcome.Answered, "second", 2, 3), (result.Outcome, result.BackendId, result.Attempts, result.Usage.PromptTokens));
    }

    [Fact]
    public async Task A_scripted_model_puts_texts_that_share_words_near_each_other()
    {
        using var result = await EmbedAsync("scripted", """{"model":"acme/e","input":["The red house.","a red house","seven things"]}""");
        using var again = await EmbedAsync("scripted", """{"model":"acme/e","input":["The red house."],"dimensions":3}""");

        var vectors = result.Embeddings!.Vectors;
        Assert.All(vectors, v => Assert.Equal(1, v.Sum(x => x * x), 3));
        Assert.True(Near(vectors[0], vectors[1]) > Near(vectors[0], vectors[2]));
        Assert.Equal(3, again.Embeddings!.Vectors[0].Length);

        static float Near(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
    }

    [Fact]
    public async Task A_scripted_model_can_fail()
    {
        Assert.True(new ScriptedKind(TimeProvider.System).TryConnect(Sample.Json("""{"rules":[{"match":{"contains":"boom"},"fail":{"status":429}}]}"""), Reach.Guarded, out var provider, out _));

        using var result = await EmbedAsync(provider, """{"model":"acme/e","input":"boom"}""");

        Assert.Equal(ChatOutcome.BackendRateLimited, result.Outcome);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _upstream.DisposeAsync();
    }

    private static string Written(ChatResult result, EmbeddingEncoding encoding)
    {
        var output = new ArrayBufferWriter<byte>();
        result.WriteTo(output, encoding);
        return Sample.Text(output.WrittenSpan);
    }

    private static EmbeddingRequest Request(string json)
    {
        Assert.True(EmbeddingRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request, out var faults), string.Join("; ", faults));
        return request;
    }

    private Task<ChatResult> EmbedAsync(string kind, string json) => EmbedAsync(Connect(kind), json);

    private static async Task<ChatResult> EmbedAsync(IChatProvider provider, string json) =>
        await new Dispatcher(TimeProvider.System, new Random(1), new() { Rounds = 1 }).EmbedAsync(Sample.Route(provider), Request(json), Sample.Context, TestContext.Current.CancellationToken);

    private IChatProvider Connect(string name)
    {
        ProviderKind kind = name switch
        {
            "openai" => OpenAiKind.OpenAi(_http, TimeProvider.System),
            "custom" => OpenAiKind.Custom(_http, TimeProvider.System),
            "azure" => new AzureKind(_http, TimeProvider.System),
            "mistral" => new MistralKind(_http, TimeProvider.System),
            "google" => new GoogleKind(_http, TimeProvider.System),
            "ollama" => new OllamaKind(_http, TimeProvider.System),
            "anthropic" => new AnthropicKind(_http, TimeProvider.System),
            _ => new ScriptedKind(TimeProvider.System),
        };
        var config = name switch
        {
            "scripted" => """{"default":{"reply":"x"}}""",
            "azure" => $$"""{"base_url":"{{_upstream.BaseUrl}}","api_key":"sk-secret-key","deployment":"secret"}""",
            _ => $$"""{"base_url":"{{_upstream.BaseUrl}}","api_key":"sk-secret-key","model":"secret"}""",
        };
        Assert.True(kind.TryConnect(JsonElement.Parse(config), Reach.Anywhere, out var provider, out var faults), string.Join("; ", faults));
        return provider;
    }
}
