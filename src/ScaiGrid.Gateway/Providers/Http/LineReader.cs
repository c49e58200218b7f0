using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>Takes lines that are not empty (NDJSON) out of bytes that arrive in pieces of any size.</summary>
/// <param name="longest">The most bytes that one line may have, so that an endless one cannot fill the memory.</param>
internal sealed class LineReader(int longest) : IMessageReader
{
    private readonly PooledBuffer _arrived = new(16 * 1024);
    private int _at, _start, _end;
    private bool _ended;

    public Memory<byte> Message => _arrived.Memory[_start.._end];

    public bool TooLong => _arrived.Length - _at > longest || _end - _start > longest;

    /// <inheritdoc/>
    /// <remarks>A last line that lacks its line feed is a line as well, so the end of the stream is told one time later.</remarks>
    public async ValueTask<bool> FillAsync(Stream source, CancellationToken ct)
    {
        _arrived.Drop(_at);
        _at = _start = _end = 0;
        var read = await source.ReadAsync(_arrived.GetMemory(4096), ct);
        _arrived.Advance(read);
        var before = _ended;
        _ended = read == 0;
        return !_ended || (!before && _arrived.Length > 0);
    }

    public bool TryRead()
    {
        while (!TooLong)
        {
            var rest = _arrived.Written.Span[_at..];
            var length = rest.IndexOf((byte)'\n');
            if (length < 0 && (!_ended || rest.IsEmpty))
            {
                return false;
            }

            (_start, _end) = (_at, length < 0 ? _arrived.Length : _at + length);
            _at = Math.Min(_end + 1, _arrived.Length);
            if (!_arrived.Written.Span[_start.._end].Trim(" \t\r"u8).IsEmpty)
            {
                return true;
            }
        }

        return false;
    }

    public void Dispose() => _arrived.Dispose();
}
