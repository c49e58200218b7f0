using System.Buffers;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>Takes server-sent events (WHATWG HTML, 9.2.6) out of bytes that arrive in pieces of any size.</summary>
/// <param name="longest">The most bytes that one event may have, so that an endless line cannot fill the memory.</param>
internal sealed class SseReader(int longest) : IMessageReader
{
    private readonly PooledBuffer _arrived = new(16 * 1024);
    private readonly PooledBuffer _data = new(1024);
    private int _at;
    private bool _hasData, _given, _afterReturn, _begun;

    /// <summary>The event's data, its lines put together with line feeds.</summary>
    public Memory<byte> Message => _data.Memory;

    public bool TooLong => _arrived.Length - _at > longest || _data.Length > longest;

    public async ValueTask<bool> FillAsync(Stream source, CancellationToken ct)
    {
        _arrived.Drop(_at);
        _at = 0;
        var read = await source.ReadAsync(_arrived.GetMemory(4096), ct);
        _arrived.Advance(read);
        return read > 0;
    }

    /// <inheritdoc/>
    /// <remarks>Events without data are passed over.</remarks>
    public bool TryRead()
    {
        if (_given)
        {
            _data.Clear();
            _given = _hasData = false;
        }

        while (!TooLong && TryReadLine(out var line))
        {
            if (line.IsEmpty && _hasData)
            {
                return _given = true;
            }

            if (line.StartsWith("data"u8) && (line.Length == 4 || line[4] == (byte)':'))
            {
                Append(line.Length <= 5 ? default : line[5] == (byte)' ' ? line[6..] : line[5..]);
            }
        }

        return false;
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _data.Dispose();
    }

    /// <summary>A line ends with a line feed, a carriage return, or both; the second of both may come with the next bytes.</summary>
    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        var rest = _arrived.Written.Span[_at..];
        if (_afterReturn && rest.Length > 0)
        {
            _afterReturn = false;
            if (rest[0] == (byte)'\n')
            {
                _at++;
                rest = rest[1..];
            }
        }

        var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
        if (end < 0)
        {
            line = default;
            return false;
        }

        line = rest[..end];
        _afterReturn = rest[end] == (byte)'\r';
        _at += end + 1;
        if (!_begun)
        {
            _begun = true;
            line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        }

        return true;
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        if (_hasData)
        {
            _data.Write("\n"u8);
        }

        _hasData = true;
        _data.Write(text);
    }
}
