using System.Buffers;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>
/// One call that is a chat in other words: the request that it comes to, and how that chat's answer is told in the words of the caller. Made
/// for one call; used by one thread at a time.
/// </summary>
public abstract class DialectCall
{
    private protected DialectCall(ChatRequest chat) => Chat = chat;

    public ChatRequest Chat { get; }

    /// <summary>Whether the stream ends with <c>data: [DONE]</c> when all went well.</summary>
    public virtual bool EndsWithDone => true;

    /// <summary>Tells a whole answer, given as a <c>chat.completion</c> object.</summary>
    public abstract void WriteWhole(JsonElement completion, IBufferWriter<byte> output);

    /// <summary>Tells a <c>chat.completion.chunk</c>, as server-sent events.</summary>
    public abstract void WriteChunk(JsonElement chunk, IBufferWriter<byte> output);

    /// <summary>Tells that the answer has come to its proper end.</summary>
    public virtual void WriteEnd(IBufferWriter<byte> output)
    {
    }

    /// <summary>Tells within the stream that it ends here, and why.</summary>
    /// <returns>False when the dialect has no words of its own for it, so that the surface's are used.</returns>
    public virtual bool TryWriteFailure(string code, string message, IBufferWriter<byte> output) => false;

    /// <summary>Checks the chat that a request came to. Faults are told under the names that the caller used.</summary>
    private protected static ChatRequest? Check(byte[] chat, Func<string, string> nameOf, List<Fault> faults)
    {
        if (faults.Count > 0)
        {
            return null;
        }

        if (ChatRequest.TryParse(chat, out var request, out var found))
        {
            return request;
        }

        faults.AddRange(found.Select(f => f with { Field = nameOf(f.Field) }));
        return null;
    }

    private protected static void WriteEvent(IBufferWriter<byte> output, string? name, Action<Utf8JsonWriter> write)
    {
        if (name is not null)
        {
            output.Write("event: "u8);
            output.Write(System.Text.Encoding.UTF8.GetBytes(name));
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            write(json);
        }

        output.Write("\n\n"u8);
    }
}
