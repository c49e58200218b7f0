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
    /// <param name="Text">All of it.</param>
    /// <param name="IsFiltered">The model's content filter broke it off.</param>
    public readonly record struct Said(string Text, bool IsFiltered);

    /// <returns>The call's result, and what the model said.</returns>
    public static async Task<(ChatResult Result, Said Said)> ReadAsync(Dispatcher dispatcher, Route route, ChatRequest request, ChatContext context, ReplyWords words, CancellationToken ct)
    {
        var pipe = new Pipe();
        var calling = CallAsync();
        try
        {
            var said = await SayAsync(pipe.Reader, words);
            return (await calling, said);
        }
        finally
        {
            await pipe.Reader.CompleteAsync(); // or a call that nobody reads would wait for room
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

    private static async Task<Said> SayAsync(PipeReader reader, ReplyWords words)
    {
        var (text, isFiltered) = (new StringBuilder(), false);
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None); // it ends with the call
            var rest = read.Buffer;
            while (TryReadLine(ref rest, out var line))
            {
                var (some, finish) = ChunkIn(line);
                isFiltered |= finish == "content_filter";
                if (some is { Length: > 0 })
                {
                    text.Append(some);
                    await words.SayAsync(some);
                }
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return new(text.ToString(), isFiltered);
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

    /// <returns>Nothing for a line that says nothing.</returns>
    private static (string? Words, string? Finish) ChunkIn(ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray().AsMemory();
        if (!bytes.Span.StartsWith("data: {"u8))
        {
            return default;
        }

        using var chunk = JsonDocument.Parse(bytes[6..]);
        if (!chunk.RootElement.TryGetProperty("choices", out var choices) || choices.GetArrayLength() == 0)
        {
            return default;
        }

        var words = choices[0].TryGetProperty("delta", out var delta) && delta.TryGetProperty("content", out var content) ? content.GetString() : null;
        return (words, choices[0].TryGetProperty("finish_reason", out var finish) ? finish.GetString() : null);
    }
}
