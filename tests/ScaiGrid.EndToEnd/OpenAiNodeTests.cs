using System.Text.Json;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>OpenAI's own client for JavaScript, and frameworks that use its protocol, told only another address and key.</summary>
public sealed class OpenAiNodeTests(OpenAiServer fixture) : IClassFixture<OpenAiServer>
{
    [Fact]
    public async Task Chats_streams_tools_and_models_work_unchanged()
    {
        var got = await RunAsync("openai.mjs", new()
        {
            ["OPENAI_BASE_URL"] = fixture.BaseUrl,
            ["OPENAI_API_KEY"] = fixture.Key,
            ["MODEL"] = OpenAiServer.Canned,
            ["CORE"] = OpenAiServer.Echo,
        });

        Assert.Equal([OpenAiServer.Echo, OpenAiServer.Canned, OpenAiServer.Vectors], got.At("models").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal("""{"text":"The answer is 42.","finish":"stop","tokens":11}""", got.At("model.chat").GetRawText());
        Assert.Equal("""{"text":"The answer is 42.","tokens":11}""", got.At("model.stream").GetRawText());
        Assert.Equal("""[["weather","{\"city\":\"Delft\"}"]]""", got.At("model.tools").GetRawText());
        Assert.Equal("""{"text":"You said: What is it?","finish":"stop","tokens":0}""", got.At("core.chat").GetRawText());
        Assert.Equal("""{"text":"You said: What is it?","tokens":0}""", got.At("core.stream").GetRawText());
        Assert.Equal("NotFoundError", got.At("refused")[0].GetString());
    }

    [Fact]
    public async Task Completions_embeddings_and_responses_work_unchanged()
    {
        var got = await RunAsync("openai-more.mjs", new()
        {
            ["OPENAI_BASE_URL"] = fixture.BaseUrl,
            ["OPENAI_API_KEY"] = fixture.Key,
            ["MODEL"] = OpenAiServer.Canned,
            ["CORE"] = OpenAiServer.Echo,
            ["EMBEDDINGS"] = OpenAiServer.Vectors,
        });

        Assert.Equal("""{"object":"text_completion","text":"The answer is 42.","finish":"stop","tokens":11}""", got.At("completion").GetRawText());
        Assert.Equal("The answer is 42.", got.Text("completionStream"));
        Assert.Equal("You said: What is it?", got.Text("coreCompletion"));
        Assert.Equal("""{"count":3,"same":true,"nearer":true,"tokens":8}""", got.At("embeddings").GetRawText());
        Assert.Equal("""{"status":"completed","text":"The answer is 42.","tokens":11}""", got.At("response").GetRawText());
        Assert.Equal("""{"text":"The answer is 42.","same":true,"status":"completed"}""", got.At("responseStream").GetRawText());
        Assert.Equal("""{"text":"You said: What is it?","same":true,"status":"completed"}""", got.At("coreResponse").GetRawText());
        Assert.Equal("""{"called":[["weather","{\"city\":\"Delft\"}"]],"streamed":[["weather","{\"city\":\"Delft\"}"]]}""", got.At("tools").GetRawText());
        Assert.Equal("""[["BadRequestError","validation_error","previous_response_id"],["BadRequestError","validation_error","model"],["NotFoundError","model_not_found",null]]""", got.At("refused").GetRawText());
    }

    [Fact]
    public async Task Frameworks_that_people_build_with_work_unchanged()
    {
        var got = await RunAsync("frameworks.mjs", new()
        {
            ["BASE_URL"] = fixture.BaseUrl,
            ["KEY"] = fixture.Key,
            ["MODEL"] = OpenAiServer.Canned,
            ["EMBEDDINGS"] = OpenAiServer.Vectors,
        });

        const string words = "\"The answer is 42.\"";
        Assert.Equal(
            $$"""{"responses":{{words}},"responsesStream":{{words}},"tool":["sunny in Delft"],"chat":{{words}},"chatStream":{{words}},"completion":{{words}},"completionStream":{{words}},"embeddings":[64,64]}""",
            got.At("vercel").GetRawText());
        Assert.Equal(
            $$"""{"chat":{{words}},"stream":{{words}},"tool":[["weather","Delft"]],"responses":{{words}},"completion":{{words}},"embeddings":[64,64]}""",
            got.At("langChain").GetRawText());
    }

    private static async Task<JsonElement> RunAsync(string name, Dictionary<string, string> environment)
    {
        var script = Repository.PathOf($"tests/ScaiGrid.EndToEnd/node/{name}");
        Assert.True(Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")), "The npm packages are missing: ./build.sh e2e installs them.");
        return JsonDocument.Parse(await Child.RunAsync("node", [script], environment)).RootElement;
    }
}
