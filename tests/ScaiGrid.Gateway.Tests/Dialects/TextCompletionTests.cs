using System.Buffers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Dialects;

namespace ScaiGrid.Gateway.Tests.Dialects;

public sealed class TextCompletionTests
{
    [Theory]
    [InlineData("\"Say it\"")]
    [InlineData("[\"Say it\"]")]
    public void A_prompt_is_a_message_of_the_user(string prompt)
    {
        var call = Read($$"""{"model":"m","prompt":{{prompt}},"max_tokens":7,"stream":true,"echo":false,"suffix":null,"best_of":1,"logprobs":null}""");

        Assert.Equal(("m", true, 7, "Say it"), (call.Chat.Model, call.Chat.Stream, call.Chat.MaxTokens, call.Chat.LastUserText));
    }

    [Theory]
    [InlineData("{\"broken", "body")]
    [InlineData("{}", "prompt")]
    [InlineData("""{"model":"m","prompt":""}""", null)]
    [InlineData("""{"model":"m","prompt":["a","b"]}""", "prompt")]
    [InlineData("""{"model":"m","prompt":[1,2]}""", "prompt")]
    [InlineData("""{"model":"m","prompt":7}""", "prompt")]
    [InlineData("""{"model":"m","prompt":"x","suffix":"y","echo":true,"logprobs":2,"best_of":3,"promt":1}""", "suffix,echo,logprobs,best_of,promt")]
    [InlineData("""{"model":"m","prompt":"x","temperature":9,"stop":7}""", "temperature,stop")]
    public void Faults_are_told_by_the_names_that_the_caller_used(string json, string? fields)
    {
        var call = TextCompletionCall.Read(Encoding.UTF8.GetBytes(json), out var faults);

        Assert.Equal(fields is null, call is not null);
        Assert.Equal(fields ?? "", string.Join(',', faults.Select(f => f.Field)));
    }

    [Fact]
    public void A_whole_answer_is_a_text_completion()
    {
        Assert.Equal(
            """{"id":"cmpl-up","object":"text_completion","created":1700000000,"model":"gpt-secret","choices":[{"text":"Hi there.","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}""",
            Whole(Sample.Answer));
    }

    [Fact]
    public void A_stream_has_the_text_the_end_and_the_usage_for_those_who_asked()
    {
        const string head = "\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":5,\"model\":\"m\"";
        string[] chunks =
        [
            $$$"""{{{{head}}},"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}""",
            $$$"""{{{{head}}},"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}""",
            $$$"""{{{{head}}},"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}""",
            $$$"""{{{{head}}},"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""",
        ];

        var told = Stream("""{"model":"m","prompt":"x","stream":true,"stream_options":{"include_usage":true}}""", chunks);
        var without = Stream("""{"model":"m","prompt":"x","stream":true}""", chunks);

        const string own = "\"id\":\"cmpl-1\",\"object\":\"text_completion\",\"created\":5,\"model\":\"m\"";
        string[] expected =
        [
            $$$"""{{{{own}}},"choices":[{"text":"Hi","index":0,"logprobs":null,"finish_reason":null}]}""",
            $$$"""{{{{own}}},"choices":[{"text":"","index":0,"logprobs":null,"finish_reason":"length"}]}""",
            $$$"""{{{{own}}},"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""",
        ];
        Assert.Equal(expected, Sample.Events(told));
        Assert.Equal(expected[..2], Sample.Events(without));
    }

    private static TextCompletionCall Read(string json)
    {
        var call = TextCompletionCall.Read(Encoding.UTF8.GetBytes(json), out var faults);
        Assert.True(call is not null, string.Join("; ", faults));
        return call;
    }

    private static string Whole(string completion)
    {
        var output = new ArrayBufferWriter<byte>();
        Read("""{"model":"m","prompt":"x"}""").WriteWhole(JsonElement.Parse(completion), output);
        return Sample.Text(output.WrittenSpan);
    }

    private static string Stream(string request, string[] chunks)
    {
        var (call, output) = (Read(request), new ArrayBufferWriter<byte>());
        foreach (var chunk in chunks)
        {
            call.WriteChunk(JsonElement.Parse(chunk), output);
        }

        call.WriteEnd(output);
        return Sample.Text(output.WrittenSpan);
    }
}
