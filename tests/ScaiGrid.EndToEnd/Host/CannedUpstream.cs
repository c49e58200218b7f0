using System.Net;
using System.Text;
using System.Text.Json;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>
/// A model behind the server, that speaks OpenAI's protocol and always says the same: "The answer is 42.", or, when it is given tools, a call of
/// the first one. It holds its answers back while a test wants it to.
/// </summary>
internal sealed class CannedUpstream : IAsyncDisposable
{
    public const string Words = "The answer is 42.";

    private readonly Loopback _server;
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CannedUpstream()
    {
        _open.SetResult();
        _server = new(AnswerAsync);
    }

    public string Url => _server.Url;

    public IReadOnlyDictionary<string, string> Setting => new Dictionary<string, string> { ["E2E_UPSTREAM"] = Url };

    /// <summary>Ends when the first request has come.</summary>
    public Task Asked => _asked.Task;

    public void Hold() => _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Release() => _open.SetResult();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var request = (await JsonDocument.ParseAsync(context.Request.InputStream)).RootElement;
        _asked.TrySetResult();
        await _open.Task;
        var streams = request.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True;
        var tool = request.TryGetProperty("tools", out var tools) ? tools[0].Text("function.name") : null;
        var response = context.Response;
        response.ContentType = streams ? "text/event-stream" : "application/json";
        response.SendChunked = streams;
        if (!streams)
        {
            response.Close(Encoding.UTF8.GetBytes(Whole(tool)), willBlock: false);
            return;
        }

        foreach (var part in Stream(tool))
        {
            await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(part));
            await response.OutputStream.FlushAsync();
        }

        response.Close();
    }

    private static string Whole(string? tool) => JsonSerializer.Serialize(new
    {
        id = "chatcmpl-canned",
        @object = "chat.completion",
        created = 1_700_000_000,
        model = "canned",
        choices = new[] { new { index = 0, message = Message(tool), finish_reason = tool is null ? "stop" : "tool_calls" } },
        usage = new { prompt_tokens = 5, completion_tokens = 6, total_tokens = 11 },
    });

    private static object Message(string? tool) => tool is null
        ? new { role = "assistant", content = Words }
        : new { role = "assistant", content = (string?)null, tool_calls = new[] { new { id = "call_1", type = "function", function = new { name = tool, arguments = """{"city":"Delft"}""" } } } };

    private static IEnumerable<string> Stream(string? tool)
    {
        yield return Chunk(new { role = "assistant", content = "" }, null);
        if (tool is null)
        {
            foreach (var word in Words.Split(' '))
            {
                yield return Chunk(new { content = word == "The" ? word : $" {word}" }, null);
            }
        }
        else
        {
            yield return Chunk(new { tool_calls = new[] { new { index = 0, id = "call_1", type = "function", function = new { name = tool, arguments = "" } } } }, null);
            yield return Chunk(new { tool_calls = new[] { new { index = 0, function = new { arguments = """{"city":""" } } } }, null);
            yield return Chunk(new { tool_calls = new[] { new { index = 0, function = new { arguments = "\"Delft\"}" } } } }, null);
        }

        yield return Chunk(new { }, tool is null ? "stop" : "tool_calls");
        yield return $"data: {JsonSerializer.Serialize(new { id = "chatcmpl-canned", @object = "chat.completion.chunk", created = 1_700_000_000, model = "canned", choices = Array.Empty<object>(), usage = new { prompt_tokens = 5, completion_tokens = 6, total_tokens = 11 } })}\n\n";
        yield return "data: [DONE]\n\n";
    }

    private static string Chunk(object delta, string? finish) => $"data: {JsonSerializer.Serialize(new
    {
        id = "chatcmpl-canned",
        @object = "chat.completion.chunk",
        created = 1_700_000_000,
        model = "canned",
        choices = new[] { new { index = 0, delta, finish_reason = finish } },
    })}\n\n";
}
