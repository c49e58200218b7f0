using System.Text;
using ScaiGrid.Gateway.Embeddings;

namespace ScaiGrid.Gateway.Tests.Embeddings;

public sealed class EmbeddingRequestTests
{
    [Theory]
    [InlineData("\"x\"", 1, 0)]
    [InlineData("[\"x\",\"y\"]", 2, 0)]
    [InlineData("[1,2,3]", 0, 1)]
    [InlineData("[[1,2],[3]]", 0, 2)]
    public void The_input_has_four_forms(string input, int texts, int tokens)
    {
        var request = Read($$"""{"model":"m","input":{{input}}}""");

        Assert.Equal((texts, tokens), (request.Texts.Count, request.Tokens.Count));
        Assert.Equal(Math.Max(texts, tokens), request.InputCount);
    }

    [Fact]
    public void What_is_not_said_is_left_to_the_model()
    {
        var request = Read("""{"model":"m","input":"12345678","dimensions":null}""");

        Assert.Equal((null, EmbeddingEncoding.Float, null, 2), (request.Dimensions, request.Encoding, request.User, request.EstimatedPromptTokens));
    }

    [Fact]
    public void What_is_said_is_kept()
    {
        var request = Read("""{"model":"acme/e","input":[7,8],"dimensions":256,"encoding_format":"base64","user":"u"}""");

        Assert.Equal(("acme/e", 256, EmbeddingEncoding.Base64, "u", 2), (request.Model, request.Dimensions, request.Encoding, request.User, request.EstimatedPromptTokens));
    }

    [Theory]
    [InlineData("{\"broken", "body")]
    [InlineData("[]", "body")]
    [InlineData("{}", "model,input")]
    [InlineData("""{"model":7,"input":true}""", "model,input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"model":"m","input":""}""", "input")]
    [InlineData("""{"model":"m","input":["x",""]}""", "input[1]")]
    [InlineData("""{"model":"m","input":["x",7]}""", "input[1]")]
    [InlineData("""{"model":"m","input":[1,-1]}""", "input")]
    [InlineData("""{"model":"m","input":[1,1.5]}""", "input")]
    [InlineData("""{"model":"m","input":[[1],[],["x"]]}""", "input[1],input[2]")]
    [InlineData("""{"model":"m","input":[{}]}""", "input[0]")]
    [InlineData("""{"model":"m","input":"x","dimensions":0,"encoding_format":"hex","inputs":1}""", "dimensions,encoding_format,inputs")]
    [InlineData("""{"model":"\ud800","input":"x"}""", "body")]
    public void Every_fault_is_told_at_once(string json, string fields)
    {
        Assert.False(EmbeddingRequest.TryParse(Encoding.UTF8.GetBytes(json), out _, out var faults));

        Assert.Equal(fields, string.Join(',', faults.Select(f => f.Field)));
    }

    [Fact]
    public void More_inputs_than_an_upstream_takes_are_refused()
    {
        var json = $$"""{"model":"m","input":[{{string.Join(',', Enumerable.Repeat("\"x\"", EmbeddingRequest.MostInputs + 1))}}]}""";

        Assert.False(EmbeddingRequest.TryParse(Encoding.UTF8.GetBytes(json), out _, out var faults));

        Assert.Equal("input", Assert.Single(faults).Field);
    }

    private static EmbeddingRequest Read(string json)
    {
        Assert.True(EmbeddingRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request, out var faults), string.Join("; ", faults));
        return request;
    }
}
