using System.ClientModel;
using OpenAI;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using OpenAI.Responses;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>OpenAI's own client for .NET, told only another address and key.</summary>
public sealed class OpenAiSdkTests(OpenAiServer fixture) : IClassFixture<OpenAiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(OpenAiServer.Canned, CannedUpstream.Words)]
    [InlineData(OpenAiServer.Echo, "You said: What is it?")]
    public async Task Chat_answers(string model, string words)
    {
        ChatCompletion answer = await ChatOf(model).CompleteChatAsync([new UserChatMessage("What is it?")], cancellationToken: Cancel);

        Assert.Equal(words, answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.Equal(model, answer.Model);
        Assert.Equal(model == OpenAiServer.Canned ? (5, 6) : (0, 0), (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount));
    }

    [Theory]
    [InlineData(OpenAiServer.Canned, CannedUpstream.Words)]
    [InlineData(OpenAiServer.Echo, "You said: What is it?")]
    public async Task Chat_streams(string model, string words)
    {
        var text = "";
        ChatFinishReason? finish = null;
        await foreach (var update in ChatOf(model).CompleteChatStreamingAsync([new UserChatMessage("What is it?")], cancellationToken: Cancel))
        {
            text += string.Concat(update.ContentUpdate.Select(c => c.Text));
            finish = update.FinishReason ?? finish;
        }

        Assert.Equal((words, ChatFinishReason.Stop), (text, finish));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tool_calls_pass_through(bool streamed)
    {
        var options = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("weather", "Tells the weather.", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")) },
        };

        var (name, arguments) = streamed ? await StreamToolCallAsync(options) : await ToolCallAsync(options);

        Assert.Equal(("weather", """{"city":"Delft"}"""), (name, arguments));
    }

    [Fact]
    public async Task Models_are_listed_and_found()
    {
        var models = fixture.Client.GetOpenAIModelClient();

        OpenAIModelCollection all = await models.GetModelsAsync(Cancel);
        OpenAIModel one = await models.GetModelAsync(OpenAiServer.Echo, Cancel);

        Assert.Equal([OpenAiServer.Echo, OpenAiServer.Canned, OpenAiServer.Vectors], all.Select(m => m.Id).Order(StringComparer.Ordinal));
        Assert.Equal("scaicore", one.OwnedBy);
    }

    [Fact]
    public async Task Embeddings_are_made()
    {
        var client = fixture.Client.GetEmbeddingClient(OpenAiServer.Vectors);

        OpenAIEmbeddingCollection vectors = await client.GenerateEmbeddingsAsync(["a red house", "seven"], new EmbeddingGenerationOptions { Dimensions = 8 }, Cancel);

        Assert.Equal([8, 8], vectors.Select(v => v.ToFloats().Length));
        Assert.Equal(5, vectors.Usage.InputTokenCount);
    }

#pragma warning disable OPENAI001 // the package calls its client of the Responses API experimental
    [Theory]
    [InlineData(OpenAiServer.Canned, CannedUpstream.Words)]
    [InlineData(OpenAiServer.Echo, "You said: What is it?")]
    public async Task Responses_are_given_whole_and_streamed(string model, string words)
    {
        var client = fixture.Client.GetResponsesClient();

        ResponseResult whole = await client.CreateResponseAsync(model, "What is it?", cancellationToken: Cancel);
        var text = "";
        await foreach (var update in await client.CreateResponseStreamingAsync(model, "What is it?", cancellationToken: Cancel))
        {
            text += update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
        }

        Assert.Equal((words, ResponseStatus.Completed), (whole.GetOutputText(), whole.Status));
        Assert.Equal(words, text);
    }
#pragma warning restore OPENAI001

    [Theory]
    [InlineData("no/such", 404)]
    [InlineData("test/canned", 401)]
    public async Task Refusals_are_the_client_s_own_exceptions(string model, int status)
    {
        var client = status == 401 ? fixture.ClientWith("sgk_wrong") : fixture.Client;

        var refused = await Assert.ThrowsAsync<ClientResultException>(() => client.GetChatClient(model).CompleteChatAsync([new UserChatMessage("Hello")], cancellationToken: Cancel));

        Assert.Equal(status, refused.Status);
    }

    private ChatClient ChatOf(string model) => fixture.Client.GetChatClient(model);

    private async Task<(string Name, string Arguments)> ToolCallAsync(ChatCompletionOptions options)
    {
        ChatCompletion answer = await ChatOf(OpenAiServer.Canned).CompleteChatAsync([new UserChatMessage("How is it in Delft?")], options, Cancel);
        Assert.Equal(ChatFinishReason.ToolCalls, answer.FinishReason);
        var call = Assert.Single(answer.ToolCalls);
        return (call.FunctionName, call.FunctionArguments.ToString());
    }

    private async Task<(string Name, string Arguments)> StreamToolCallAsync(ChatCompletionOptions options)
    {
        var (name, arguments) = ("", "");
        await foreach (var update in ChatOf(OpenAiServer.Canned).CompleteChatStreamingAsync([new UserChatMessage("How is it in Delft?")], options, Cancel))
        {
            name += string.Concat(update.ToolCallUpdates.Select(c => c.FunctionName));
            arguments += string.Concat(update.ToolCallUpdates.Select(c => c.FunctionArgumentsUpdate?.ToString()));
        }

        return (name, arguments);
    }
}
