using System.Buffers;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Dialects;

namespace ScaiGrid.Gateway.Tests.Dialects;

public sealed class ResponsesTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    [Fact]
    public void A_conversation_of_items_is_a_conversation_of_messages()
    {
        var call = Read("""
            {"model":"m","instructions":"Be brief.","input":[
              {"role":"user","content":"Hello"},
              {"type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi.","annotations":[]}]},
              {"type":"reasoning","id":"rs_1","summary":[]},
              {"type":"message","role":"user","content":[{"type":"input_text","text":"See"},{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"}]},
              {"type":"function_call","call_id":"c1","name":"find","arguments":"{}"},
              {"type":"function_call","call_id":"c2","name":"find","arguments":"{\"a\":1}"},
              {"type":"function_call_output","call_id":"c1","output":"one"},
              {"type":"function_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]}]}
            """);

        string[] expected =
        [
            """{"role":"system","content":"Be brief."}""",
            """{"role":"user","content":"Hello"}""",
            """{"role":"assistant","content":[{"type":"text","text":"Hi."}]}""",
            """{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}]}""",
            """{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"find","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"find","arguments":"{\"a\":1}"}}]}""",
            """{"role":"tool","tool_call_id":"c1","content":"one"}""",
            """{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]}""",
        ];
        Assert.Equal(expected, call.Chat.Messages.Select(m => m.Json.GetRawText()));
    }

    [Fact]
    public void Settings_are_said_in_the_words_of_a_chat()
    {
        var call = Read("""
            {"model":"m","input":"x","max_output_tokens":9,"temperature":0.5,"stream":true,"store":true,"include":[],"metadata":{"a":"b"},
             "reasoning":{"effort":"low"},"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
             "tool_choice":{"type":"function","name":"f"},"text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}}}
            """);

        Assert.Equal((true, 9), (call.Chat.Stream, call.Chat.MaxTokens));
        Assert.Equal("""[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}]""", call.Chat.Tools!.Value.GetRawText());
        Assert.Equal("""{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}}""", call.Chat.ResponseFormat!.Value.GetRawText());
        var body = Encoding.UTF8.GetString(call.Chat.Body.Span);
        Assert.Contains("""
            "tool_choice":{"type":"function","function":{"name":"f"}}
            """.Trim(), body, StringComparison.Ordinal);
        Assert.Contains("\"reasoning_effort\":\"low\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("store", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"broken", "body")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":7}""", "input")]
    [InlineData("""{"model":"m","input":[]}""", "input")]
    [InlineData("""{"input":"x"}""", "model")]
    [InlineData("""{"model":"m","input":"x","previous_response_id":"resp_1","conversation":"c","prompt":{"id":"p"},"background":true}""", "previous_response_id,conversation,prompt,background")]
    [InlineData("""{"model":"m","input":[{"type":"item_reference","id":"x"},{"role":"robot","content":"x"},{"role":"user","content":7}]}""", "input[0].type,input[1].role,input[2].content")]
    [InlineData("""{"model":"m","input":[{"role":"assistant","content":[{"type":"input_image","image_url":"x"}]},{"role":"user","content":[{"type":"input_file"}]}]}""", "input[0].content[0],input[1].content[0]")]
    [InlineData("""{"model":"m","input":[{"type":"function_call","call_id":"c"},{"type":"function_call_output","output":"x"}]}""", "input[0],input[1].call_id")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"},"text":{"format":{"type":"xml"}}}""", "tools[0].type,tool_choice,text.format.type")]
    [InlineData("""{"model":"m","input":"x","inputs":1}""", "inputs")]
    [InlineData("""{"model":"m","input":"x","temperature":9,"max_output_tokens":0}""", "max_output_tokens,temperature")]
    public void Faults_are_told_by_the_names_that_the_caller_used(string json, string fields)
    {
        Assert.Null(ResponsesCall.Read(Encoding.UTF8.GetBytes(json), "req_1", Now, out var faults));

        Assert.Equal(fields, string.Join(',', faults.Select(f => f.Field)));
    }

    [Fact]
    public void A_whole_answer_is_a_response_that_says_back_what_was_asked()
    {
        var response = Whole("""{"model":"m","input":"x","instructions":"Be brief.","temperature":0.5,"metadata":{"a":"b"}}""", Sample.Answer);

        Assert.Equal(
            """{"id":"resp_req_1","object":"response","created_at":1700000000,"status":"completed","error":null,"incomplete_details":null,"instructions":"Be brief.","max_output_tokens":null,"model":"gpt-secret","output":[{"id":"msg_resp_req_1_0","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi there.","annotations":[],"logprobs":[]}]}],"parallel_tool_calls":true,"previous_response_id":null,"reasoning":{"effort":null,"summary":null},"store":false,"temperature":0.5,"text":{"format":{"type":"text"}},"tool_choice":"auto","tools":[],"top_p":null,"truncation":"disabled","usage":{"input_tokens":12,"input_tokens_details":{"cached_tokens":0},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":15},"user":null,"metadata":{"a":"b"}}""",
            response);
    }

    [Theory]
    [InlineData("length", "incomplete", "max_output_tokens")]
    [InlineData("content_filter", "incomplete", "content_filter")]
    [InlineData("tool_calls", "completed", null)]
    public void How_it_ended_is_told(string finish, string status, string? reason)
    {
        var response = JsonElement.Parse(Whole(
            """{"model":"m","input":"x"}""",
            $$$"""{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"{{{finish}}}"}]}"""));

        Assert.Equal(status, response.GetProperty("status").GetString());
        Assert.Equal(reason, response.GetProperty("incomplete_details") is { ValueKind: JsonValueKind.Object } details ? details.GetProperty("reason").GetString() : null);
        Assert.Equal("""{"id":"fc_resp_req_1_0","type":"function_call","status":"completed","call_id":"c1","name":"f","arguments":"{}"}""", response.GetProperty("output")[0].GetRawText());
    }

    [Fact]
    public void A_stream_of_text_has_every_event_in_its_order()
    {
        var events = Stream([Chunk("""{"role":"assistant","content":""}"""), Chunk("""{"content":"Hi"}"""), Chunk("""{"content":" you"}"""), Chunk("{}", "stop"), UsageChunk]);

        Assert.Equal(
        [
            "response.created", "response.in_progress", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.delta",
            "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed",
        ], events.Select(e => e.Name));
        Assert.Equal(Enumerable.Range(0, events.Count), events.Select(e => e.Data.GetProperty("sequence_number").GetInt32()));
        Assert.All(events, e => Assert.Equal(e.Name, e.Data.GetProperty("type").GetString()));
        Assert.Equal("Hi you", events.Single(e => e.Name == "response.output_text.done").Data.GetProperty("text").GetString());
        var response = events[^1].Data.GetProperty("response");
        Assert.Equal(("completed", 3), (response.GetProperty("status").GetString(), response.GetProperty("usage").GetProperty("total_tokens").GetInt32()));
        Assert.Equal("Hi you", response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());
    }

    [Fact]
    public void A_stream_of_calls_tells_each_as_an_item_of_its_own()
    {
        var events = Stream(
        [
            Chunk("""{"role":"assistant","content":"Well."}"""),
            Chunk("""{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":""}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\""}}]}"""),
            Chunk("""{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"""),
            Chunk("""{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"g","arguments":"{}"}}]}"""),
            Chunk("{}", "tool_calls"),
        ]);

        Assert.Equal("0,1,2", string.Join(',', events.Where(e => e.Name == "response.output_item.added").Select(e => e.Data.GetProperty("output_index").GetInt32())));
        Assert.Equal(["{\"a\":1}", "{}"], events.Where(e => e.Name == "response.function_call_arguments.done").Select(e => e.Data.GetProperty("arguments").GetString()));
        Assert.Equal("message,function_call,function_call", string.Join(',', events[^1].Data.GetProperty("response").GetProperty("output").EnumerateArray().Select(i => i.GetProperty("type").GetString())));
    }

    [Fact]
    public void A_stream_that_says_nothing_is_a_message_without_words() =>
        Assert.Equal("", Stream([Chunk("{}", "stop")])[^1].Data.GetProperty("response").GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString());

    [Fact]
    public void A_stream_that_fails_says_so_and_never_completes()
    {
        var (call, output) = (Read("""{"model":"m","input":"x","stream":true}"""), new ArrayBufferWriter<byte>());
        call.WriteChunk(JsonElement.Parse(Chunk("""{"content":"Hi"}""")), output);

        Assert.True(call.TryWriteFailure("backend_error", "It failed.", output));

        var events = EventsOf(output);
        Assert.Equal(["error", "response.failed"], events.TakeLast(2).Select(e => e.Name));
        Assert.Equal("backend_error", events[^2].Data.GetProperty("code").GetString());
        Assert.Equal("""{"code":"backend_error","message":"It failed."}""", events[^1].Data.GetProperty("response").GetProperty("error").GetRawText());
        Assert.Equal("failed", events[^1].Data.GetProperty("response").GetProperty("status").GetString());
    }

    private const string UsageChunk = """{"id":"chatcmpl-1","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""";

    private static string Chunk(string delta, string? finish = null) =>
        "{\"id\":\"chatcmpl-1\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + (finish is null ? "null" : $"\"{finish}\"") + "}]}";

    private static ResponsesCall Read(string json)
    {
        var call = ResponsesCall.Read(Encoding.UTF8.GetBytes(json), "req_1", Now, out var faults);
        Assert.True(call is not null, string.Join("; ", faults));
        return call;
    }

    private static string Whole(string request, string completion)
    {
        var output = new ArrayBufferWriter<byte>();
        Read(request).WriteWhole(JsonElement.Parse(completion), output);
        return Sample.Text(output.WrittenSpan);
    }

    private static List<(string Name, JsonElement Data)> Stream(string[] chunks)
    {
        var (call, output) = (Read("""{"model":"m","input":"x","stream":true}"""), new ArrayBufferWriter<byte>());
        foreach (var chunk in chunks)
        {
            call.WriteChunk(JsonElement.Parse(chunk), output);
        }

        call.WriteEnd(output);
        return EventsOf(output);
    }

    private static List<(string Name, JsonElement Data)> EventsOf(ArrayBufferWriter<byte> output) =>
    [
        .. Sample.Text(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(e => e.Split('\n'))
            .Select(e => (e[0]["event: ".Length..], JsonElement.Parse(e[1]["data: ".Length..]))),
    ];
}
