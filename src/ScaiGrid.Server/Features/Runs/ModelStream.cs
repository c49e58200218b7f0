using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Routing;
using Route = ScaiGrid.Gateway.Routing.Route;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Asks a model for a stream, and gives its words away as they come.</summary>
internal static class ModelStream
{
    /// <returns>The call's result, and all of what the model said.</returns>
    public static async Task<(ChatResult Result, string Text)> ReadAsync(Dispatcher dispatcher, Route route, ChatRequest request, ChatContext context, ReplyWords words, CancellationToken ct)
    {
        var pipe = new Pipe();
        var calling = CallAsync();
        try
        {
            var text = await SayAsync(pipe.Reader, words);
            return (await calling, text);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
        }

        async Task<ChatResult> CallAsync()
        {
            try
            {
                return await dispatcher.StreamAsync(route, request, context, pipe.Writer, ct);
            }
            finally
            {
                await pipe.Writer.CompleteAsync();
            }
        }
    }

    private static async Task<string> SayAsync(PipeReader reader, ReplyWords words)
    {
        var text = new StringBuilder();
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None); // it ends with the call
            var rest = read.Buffer;
            while (TryReadLine(ref rest, out var line))
            {
                if (WordsIn(line) is { Length: > 0 } some)
                {
                    text.Append(some);
                    await words.SayAsync(some);
                }
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return text.ToString();
            }
        }
    }

    private static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    /// <returns>Null for a line that says nothing.</returns>
    private static string? WordsIn(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray().AsMemory();
        if (!bytes.Span.StartsWith("data: {"u8))
        {
            return null;
        }

        using var chunk = JsonDocument.Parse(bytes[6..]);
        return chunk.RootElement.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0
            && choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content) ? content.GetString() : null;
    }
}
