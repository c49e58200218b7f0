using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>
/// Steps of an answer whose upstream speaks another protocol. Texts come as JSON strings, quotes included, and are passed on
/// as they stand. What is appended is sent by the next flush.
/// </summary>
public sealed partial class ChatStream
{
    private byte[]? _chunkHead;
    private UInt128 _spoken;

    /// <summary>Calls the answer by the upstream's id, if nothing has been written yet.</summary>
    public void Identify(string id)
    {
        if (!Started && id.Length > 0)
        {
            _quotedId = JsonText.Quote(id);
        }
    }

    /// <param name="choice">From 0 to 127.</param>
    internal void AppendText(int choice, ReadOnlySpan<byte> quoted)
    {
        if (quoted.Length > 2)
        {
            CompletionBytes += quoted.Length - 2;
            Append(choice, "\"content\":"u8, quoted);
        }
    }

    /// <summary>The beginning of a tool call.</summary>
    /// <param name="number">The call's place among those of the choice.</param>
    /// <param name="quotedArguments">All of the arguments, or their beginning: JSON text in a JSON string.</param>
    internal void AppendToolCall(
        int choice, int number, ReadOnlySpan<byte> quotedId, ReadOnlySpan<byte> quotedName, ReadOnlySpan<byte> quotedArguments)
    {
        CompletionBytes += quotedName.Length + quotedArguments.Length - 4;
        Begin(choice);
        _output.Write("\"tool_calls\":[{\"index\":"u8);
        WriteNumber(number);
        _output.Write(",\"id\":"u8);
        _output.Write(quotedId);
        _output.Write(",\"type\":\"function\",\"function\":{\"name\":"u8);
        _output.Write(quotedName);
        _output.Write(",\"arguments\":"u8);
        _output.Write(quotedArguments);
        _output.Write("}}]},\"finish_reason\":null}]}\n\n"u8);
    }

    /// <summary>More of a tool call's arguments.</summary>
    internal void AppendArguments(int choice, int number, ReadOnlySpan<byte> quoted)
    {
        CompletionBytes += quoted.Length - 2;
        Begin(choice);
        _output.Write("\"tool_calls\":[{\"index\":"u8);
        WriteNumber(number);
        _output.Write(",\"function\":{\"arguments\":"u8);
        _output.Write(quoted);
        _output.Write("}}]},\"finish_reason\":null}]}\n\n"u8);
    }

    /// <param name="reason"><c>stop</c>, <c>length</c>, <c>tool_calls</c> or <c>content_filter</c>.</param>
    internal void AppendFinish(int choice, string reason)
    {
        Begin(choice);
        _output.Write("},\"finish_reason\":\""u8);
        Encoding.UTF8.GetBytes(reason, _output);
        _output.Write("\"}]}\n\n"u8);
    }

    private void Append(int choice, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Begin(choice);
        _output.Write(name);
        _output.Write(value);
        _output.Write("},\"finish_reason\":null}]}\n\n"u8);
    }

    /// <summary>Writes a chunk up to its delta's first member; a choice's first chunk, which names the role, goes before.</summary>
    private void Begin(int choice)
    {
        if ((_spoken & (UInt128.One << choice)) == 0)
        {
            _spoken |= UInt128.One << choice;
            Append(choice, "\"role\":\"assistant\",\"content\":"u8, "\"\""u8);
        }

        Begin();
        _output.Write(_chunkHead ??= ChunkHead());
        WriteNumber(choice);
        _output.Write(",\"delta\":{"u8);
    }

    private byte[] ChunkHead() =>
    [
        .. "{\"id\":"u8, .. _quotedId, .. ",\"object\":\"chat.completion.chunk\",\"created\":"u8,
        .. Encoding.UTF8.GetBytes(_created.ToString(CultureInfo.InvariantCulture)),
        .. ",\"model\":"u8, .. _quotedModel.Span, .. ",\"choices\":[{\"index\":"u8,
    ];

    private void WriteNumber(int number)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(number, digits, out var length);
        _output.Write(digits[..length]);
    }
}
