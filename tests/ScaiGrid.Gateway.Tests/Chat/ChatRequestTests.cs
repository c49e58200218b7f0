using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Chat;

namespace ScaiGrid.Gateway.Tests.Chat;

public sealed class ChatRequestTests
{
    private const string User = """{"role":"user","content":"Hi"}""";

    [Fact]
    public void What_the_server_needs_is_known_after_parsing()
    {
        var request = Sample.Request("""
            { "model": "a/b", "messages": [{"role":"user","content":"Hi"}], "max_tokens": 90, "max_completion_tokens": 70,
              "stream": true, "stream_options": {"include_usage": true}, "n": 2, "metadata": {"entity_id": "e1"}, "top_k": 5 }
            """);

        Assert.Equal("a/b", request.Model);
        Assert.True(request.Stream);
        Assert.True(request.IncludeUsage);
        Assert.Equal(70, request.MaxTokens);
        Assert.Equal(2, request.ChoiceCount);
        Assert.Equal("e1", request.Metadata?.GetProperty("entity_id").GetString());
        Assert.Null(request.Tools);
        Assert.Null(request.ResponseFormat);
    }

    [Fact]
    public void Messages_are_read_with_their_text()
    {
        var request = Sample.Request("""
            {"model":"m","messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"Look:"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}},{"type":"text","text":"What is it?"}]},
              {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"see","arguments":"{}"}}]},
              {"role":"tool","tool_call_id":"c1","content":"a cat"}]}
            """);

        Assert.Equal(["system", "user", "assistant", "tool"], request.Messages.Select(m => m.Role));
        Assert.Equal(["Be brief.", "Look:\nWhat is it?", "", "a cat"], request.Messages.Select(m => m.Text));
        Assert.Equal("Look:\nWhat is it?", request.LastUserText);
    }

    [Fact]
    public void Without_a_user_message_the_last_user_text_is_empty() =>
        Assert.Equal("", Sample.Request("""{"model":"m","messages":[{"role":"system","content":"Hi"}]}""").LastUserText);

    [Fact]
    public void The_prompt_is_estimated_by_text_messages_and_media()
    {
        var request = Sample.Request("""
            {"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"12345678"},{"type":"image_url","image_url":{"url":"x"}}]}]}
            """);

        Assert.Equal((8 / 4) + 4 + 800, request.EstimatedPromptTokens);
    }

    [Theory]
    [InlineData("""{"role":"user","content":"x"}""")]
    [InlineData("""{"role":"developer","content":""}""")]
    [InlineData("""{"role":"user","name":"ann","content":"x","unknown":{"a":[1]}}""")]
    [InlineData("""{"role":"assistant","content":null,"refusal":"no"}""")]
    [InlineData("""{"role":"assistant","tool_calls":[{"id":"1","type":"custom","custom":{"name":"f","input":""}}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}""")]
    [InlineData("""{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}""")]
    [InlineData("""{"\u0072ole":"\u0075ser","content":"\ud83d\ude00"}""")]
    public void A_proper_message_is_accepted(string message) =>
        Sample.Request($$"""{"model":"m","messages":[{{message}}]}""");

    [Theory]
    [InlineData("\"stop\":null")]
    [InlineData("\"stop\":\"\\n\"")]
    [InlineData("\"stop\":[\"a\",\"b\",\"c\",\"d\"]")]
    [InlineData("\"temperature\":2,\"top_p\":0.5,\"seed\":-9007199254740993")]
    [InlineData("\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"auto\"")]
    [InlineData("\"tool_choice\":{\"type\":\"function\"},\"response_format\":{\"type\":\"json_object\"}")]
    [InlineData("\"stream_options\":{},\"stream_options_\":1,\"x\":[[{}]]")]
    [InlineData("\"temperature\":null,\"temperatur\":9")]
    public void Proper_parameters_are_accepted(string members) =>
        Sample.Request($$"""{"model":"m","messages":[{{User}}],{{members}}}""");

    [Theory]
    [InlineData("""{"messages":[U]}""", "model")]
    [InlineData("""{"model":null,"messages":[U]}""", "model")]
    [InlineData("""{"model":"","messages":[U]}""", "model")]
    [InlineData("""{"model":7,"messages":[U]}""", "model")]
    [InlineData("""{"model":"m"}""", "messages")]
    [InlineData("""{"model":"m","messages":null}""", "messages")]
    [InlineData("""{"model":"m","messages":[]}""", "messages")]
    [InlineData("""{"model":"m","messages":"hi"}""", "messages")]
    [InlineData("""{"model":"m","messages":[U,7]}""", "messages[1]")]
    [InlineData("""{"model":"m","messages":[{"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"robot","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":{},"content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":null}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":{"a":1}}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":null,"tool_calls":[]}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","content":null,"refusal":null}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":["x"]}]}""", "messages[0].content[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"text":"x"}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":{"a":1}}]}]}""", "messages[0].content[0].type")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text"}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":{"text":"x"}}]}]}""", "messages[0].content[0].text")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]}""", "messages[0].content[0].image_url")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x"}}]}]}""", "messages[0].content[0].input_audio")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"x"}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","content":"x","tool_call_id":""}]}""", "messages[0].tool_call_id")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x","name":7}]}""", "messages[0].name")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":7}]}""", "messages[0].tool_calls")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[7]}]}""", "messages[0].tool_calls[0]")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{}"}}]}]}""", "messages[0].tool_calls[0].id")]
    [InlineData("""{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"1","function":{"name":"f"}}]}]}""", "messages[0].tool_calls[0].function")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x","role":"system"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x","content":"y"}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[U],"model":"n"}""", "model")]
    [InlineData("""{"model":"m","messages":[U],"messages":[U]}""", "messages")]
    [InlineData("""{"model":"m","messages":[U],"m\u006fdel":"n"}""", "model")]
    [InlineData("""{"model":"m","messages":[U],"stop":null,"stop":"a"}""", "stop")]
    [InlineData("""{"model":"m","messages":[U],"max_tokens":0}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[U],"max_tokens":1.5}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[U],"max_tokens":"9"}""", "max_tokens")]
    [InlineData("""{"model":"m","messages":[U],"max_completion_tokens":3000000000}""", "max_completion_tokens")]
    [InlineData("""{"model":"m","messages":[U],"temperature":2.01}""", "temperature")]
    [InlineData("""{"model":"m","messages":[U],"temperature":-0.1}""", "temperature")]
    [InlineData("""{"model":"m","messages":[U],"temperature":1e999}""", "temperature")]
    [InlineData("""{"model":"m","messages":[U],"temperature":[1]}""", "temperature")]
    [InlineData("""{"model":"m","messages":[U],"top_p":1.1}""", "top_p")]
    [InlineData("""{"model":"m","messages":[U],"stop":5}""", "stop")]
    [InlineData("""{"model":"m","messages":[U],"stop":["a","b","c","d","e"]}""", "stop")]
    [InlineData("""{"model":"m","messages":[U],"stop":["a",["b"]]}""", "stop[1]")]
    [InlineData("""{"model":"m","messages":[U],"seed":1.5}""", "seed")]
    [InlineData("""{"model":"m","messages":[U],"n":129}""", "n")]
    [InlineData("""{"model":"m","messages":[U],"stream":"yes"}""", "stream")]
    [InlineData("""{"model":"m","messages":[U],"stream_options":7}""", "stream_options")]
    [InlineData("""{"model":"m","messages":[U],"stream_options":{"include_usage":1}}""", "stream_options.include_usage")]
    [InlineData("""{"model":"m","messages":[U],"stream_options":{"include_usage":true,"include_usage":false}}""", "stream_options.include_usage")]
    [InlineData("""{"model":"m","messages":[U],"tools":{}}""", "tools")]
    [InlineData("""{"model":"m","messages":[U],"tools":[7]}""", "tools[0]")]
    [InlineData("""{"model":"m","messages":[U],"tools":[{"type":"function"},{}]}""", "tools[1].type")]
    [InlineData("""{"model":"m","messages":[U],"tool_choice":7}""", "tool_choice")]
    [InlineData("""{"model":"m","messages":[U],"response_format":"json"}""", "response_format")]
    [InlineData("""{"model":"m","messages":[U],"response_format":{}}""", "response_format.type")]
    [InlineData("""{"model":"m","messages":[U],"metadata":[]}""", "metadata")]
    [InlineData("""{"model":"m","messages":[U],"x":"\ud800"}""", "body")]
    [InlineData("""{"model":"m","messages":[U],"\udc00":1}""", "body")]
    [InlineData("""{"model":"m","messages":[U]""", "body")]
    [InlineData("""{"model":"m","messages":[U]}}""", "body")]
    [InlineData("""{"model":"m","messages":[U],}""", "body")]
    [InlineData("""{"model":"m","messages":[U]} {}""", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("", "body")]
    public void A_fault_is_named_by_its_field(string json, string field)
    {
        var faults = FaultsOf(json.Replace("[U", $"[{User}", StringComparison.Ordinal).Replace("U]", $"{User}]", StringComparison.Ordinal));

        Assert.Equal([field], faults.Select(f => f.Field));
        Assert.DoesNotMatch("^[A-Z]|\\.$", faults[0].Message);
    }

    [Fact]
    public void Every_fault_is_told_at_once()
    {
        var faults = FaultsOf("""
            {"messages":[{"role":"robot"},{"role":"tool","content":5}],"temperature":9,"stop":[1,2],"stream":0,"metadata":"x"}
            """);

        Assert.Equal(
            ["messages[0].role", "messages[0].content", "messages[1].content", "messages[1].tool_call_id", "temperature", "stop[0]", "stop[1]", "stream", "metadata", "model"],
            faults.Select(f => f.Field));
    }

    [Fact]
    public void No_more_faults_are_told_than_a_person_reads() =>
        Assert.Equal(100, FaultsOf($$"""{"model":"m","messages":[{{string.Join(',', Enumerable.Repeat("1", 5000))}}]}""").Count);

    [Fact]
    public void Text_that_is_not_UTF8_is_refused()
    {
        byte[] body = [.. Encoding.UTF8.GetBytes("""{"model":"m","messages":[{"role":"user","content":" """), 0xC3, 0x28, .. "\"}]}"u8];

        Assert.False(ChatRequest.TryParse(body, out _, out var faults));
        Assert.Equal("is not valid UTF-8", Assert.Single(faults).Message);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_body_may_nest_as_deep_as_64(int arrays, bool accepted)
    {
        var json = $$"""{"model":"m","messages":[{{User}}],"x":{{new string('[', arrays)}}{{new string(']', arrays)}}}""";

        Assert.Equal(accepted, ChatRequest.TryParse(Encoding.UTF8.GetBytes(json), out _, out var faults));
        Assert.Equal(accepted ? [] : ["nests deeper than 64 levels"], faults.Select(f => f.Message));
    }

    [Fact]
    public void A_model_of_200_characters_is_the_longest()
    {
        Sample.Request($$"""{"model":"{{new string('ü', 200)}}","messages":[{{User}}]}""");

        Assert.Equal("model", Assert.Single(FaultsOf($$"""{"model":"{{new string('m', 201)}}","messages":[{{User}}]}""")).Field);
    }

    [Fact]
    public void Arbitrary_bytes_never_throw() =>
        Prop.ForAll<byte[]>(bytes => ChatRequest.TryParse(bytes, out _, out var faults) || faults.Count > 0).QuickCheckThrowOnFailure();

    [Fact]
    public void Damaged_requests_never_throw_and_what_is_accepted_can_be_read() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var bytes = Encoding.UTF8.GetBytes(ArbitraryRequest.Json(random));
        for (var i = random.Next(4); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = "{}[]\",:0\\u \u00e9xtrue"u8[random.Next(18)];
        }

        if (!ChatRequest.TryParse(bytes, out var request, out var faults))
        {
            return faults.Count > 0;
        }

        return request.Messages.All(m => m.Text is not null) && request.Metadata?.ValueKind is null or JsonValueKind.Object;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Arbitrary_proper_requests_are_accepted() => Prop.ForAll<int>(seed =>
        ChatRequest.TryParse(Encoding.UTF8.GetBytes(ArbitraryRequest.Json(new Random(seed))), out _, out _)).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("""{"temperature":0.2,"top_k":40,"stop":["x"]}""", null)]
    [InlineData("""{"temperature":3}""", "temperature")]
    [InlineData("""{"model":"m"}""", "model")]
    [InlineData("""{"messages":[]}""", "messages")]
    [InlineData("""{"stream":true}""", "stream")]
    [InlineData("""{"metadata":{}}""", "metadata")]
    [InlineData("[]", "body")]
    public void Default_parameters_are_what_a_request_may_have_but_not_what_makes_it_a_call(string json, string? field) =>
        Assert.Equal(field, ChatRequest.CheckDefaults(Sample.Json(json)).Select(f => f.Field).FirstOrDefault());

    private static IReadOnlyList<Fault> FaultsOf(string json)
    {
        Assert.False(ChatRequest.TryParse(Encoding.UTF8.GetBytes(json), out var request, out var faults));
        Assert.Null(request);
        return faults;
    }
}
