using System.Text.Json;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>OpenAI's own client for JavaScript, told only another address and key.</summary>
public sealed class OpenAiNodeTests(OpenAiServer fixture) : IClassFixture<OpenAiServer>
{
    [Fact]
    public async Task Chats_streams_tools_and_models_work_unchanged()
    {
        var script = Repository.PathOf("tests/ScaiGrid.EndToEnd/node/openai.mjs");
        Assert.True(Directory.Exists(Path.Combine(Path.GetDirectoryName(script)!, "node_modules")), "The npm packages are missing: ./build.sh e2e installs them.");

        var output = await Child.RunAsync("node", [script], new Dictionary<string, string>
        {
            ["OPENAI_BASE_URL"] = fixture.BaseUrl,
            ["OPENAI_API_KEY"] = fixture.Key,
            ["MODEL"] = OpenAiServer.Canned,
            ["CORE"] = OpenAiServer.Echo,
        });

        var got = JsonDocument.Parse(output).RootElement;
        Assert.Equal([OpenAiServer.Echo, OpenAiServer.Canned], got.At("models").EnumerateArray().Select(m => m.GetString()));
        Assert.Equal("""{"text":"The answer is 42.","finish":"stop","tokens":11}""", got.At("model.chat").GetRawText());
        Assert.Equal("""{"text":"The answer is 42.","tokens":11}""", got.At("model.stream").GetRawText());
        Assert.Equal("""[["weather","{\"city\":\"Delft\"}"]]""", got.At("model.tools").GetRawText());
        Assert.Equal("""{"text":"You said: What is it?","finish":"stop","tokens":0}""", got.At("core.chat").GetRawText());
        Assert.Equal("""{"text":"You said: What is it?","tokens":0}""", got.At("core.stream").GetRawText());
        Assert.Equal("NotFoundError", got.At("refused")[0].GetString());
    }
}
