using System.Net;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Providers.Anthropic;
using ScaiGrid.Gateway.Providers.Google;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Mistral;
using ScaiGrid.Gateway.Providers.Ollama;
using ScaiGrid.Gateway.Providers.Translation;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests.Providers;

/// <summary>What holds for every protocol that requests are translated into.</summary>
public sealed class TranslationTests
{
    [Fact]
    public void Any_proper_request_is_sent_as_JSON_or_refused_by_field() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var call = new ChatCall(
            Sample.Request(ArbitraryRequest.Json(random)),
            new Route(Sample.Slug, new Target("b", new FakeProvider(), TimeSpan.FromSeconds(1)))
            {
                SystemPrompt = random.Next(2) == 0 ? ArbitraryRequest.Text(random) : null,
                MaxOutputTokens = random.Next(2) == 0 ? 50 : null,
                DefaultParameters = Sample.Json("""{"temperature":0.5,"top_k":3}"""),
            },
            Sample.Context);
        return Providers(out var sent).All(provider =>
        {
            sent.Clear();
            var reply = random.Next(2) == 0
                ? Ended(provider.ChatAsync(call, CancellationToken.None)).Succeeded(out _, out var failure) ? null : failure
                : Ended(provider.StreamAsync(call, ASink(), CancellationToken.None));
            return sent.Count == 0
                ? reply is { Class: FailureClass.CallerFault }
                : reply is { Class: FailureClass.ShapeMismatch or FailureClass.Transient } && JsonElement.Parse(sent[0]).ValueKind == JsonValueKind.Object;
        });
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Faults_are_counted_as_the_caller_counts_messages()
    {
        var route = new Route(Sample.Slug, new Target("b", new FakeProvider(), TimeSpan.FromSeconds(1))) { SystemPrompt = "Be brief." };
        using var request = new EffectiveRequest(new ChatCall(
            Sample.Request("""{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"video"}]}]}"""), route, Sample.Context));

        foreach (var message in request.Messages())
        {
            Assert.NotNull(request.PartsOf(message).ToList());
        }

        Assert.Equal("The model's backend cannot be asked for this: messages[1].content[0] is of type video.", request.Failure?.Message);
        Assert.Equal("Be brief.", request.SystemText());
    }

    [Theory]
    [InlineData("data:image/png;base64,AAAA", "image/png", "AAAA")]
    [InlineData("data:image/jpeg;charset=x;base64,AA==", "image/jpeg", "AA==")]
    [InlineData("data:image\\/png;base64,A\\/A=", "image/png", "A/A=")]
    [InlineData("data:image/png,AAAA", null, null)]
    [InlineData("data:;base64,AAAA", null, null)]
    [InlineData("data:image/png;base64,", null, null)]
    [InlineData("https://x/y.png", null, null)]
    [InlineData("", null, null)]
    public void A_medium_in_an_address_is_read(string escaped, string? type, string? data)
    {
        var read = DataUrl.TryRead(Sample.Json($"\"{escaped}\""), out var url);

        Assert.Equal(type is not null, read);
        Assert.Equal(type ?? "", Sample.Text(url.MediaType));
        Assert.Equal(data ?? "", Sample.Text(url.Data));
    }

    private static List<IChatProvider> Providers(out List<string> sent)
    {
        var bodies = sent = [];
        var http = new UpstreamHttp(new Recorder(bodies), new Recorder(bodies));
        ProviderKind[] kinds =
        [
            new AnthropicKind(http, TimeProvider.System), new GoogleKind(http, TimeProvider.System),
            new MistralKind(http, TimeProvider.System), new OllamaKind(http, TimeProvider.System),
        ];
        return [.. kinds.Select(kind =>
        {
            Assert.True(kind.TryConnect(Sample.Json("""{"model":"m"}"""), Reach.Anywhere, out var provider, out _));
            return provider;
        })];
    }

    private static ChatStream ASink() => new(
        System.IO.Pipelines.PipeWriter.Create(Stream.Null), "\"m\""u8.ToArray(), "id", includeUsage: true, new CancellationTokenSource(),
        TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeProvider.System);

    private static T Ended<T>(ValueTask<T> call)
    {
        var task = call.AsTask();
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Keeps what was sent and answers with nothing that any protocol has.</summary>
    private sealed class Recorder(List<string> sent) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            using var body = request.Content!.ReadAsStream(cancellationToken);
            using var reader = new StreamReader(body, Encoding.UTF8);
            sent.Add(reader.ReadToEnd());
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent("{}"u8.ToArray()) });
        }
    }
}
