using System.Buffers;

namespace ScaiGrid.Gateway.Json;

/// <summary>
/// Bytes in a rented array that grows as they are written. Whoever creates it disposes it; nothing read from it may be
/// kept afterwards.
/// </summary>
public sealed class PooledBuffer(int capacity = 4096) : IBufferWriter<byte>, IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);
    private int _length;

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    internal Memory<byte> Memory => _bytes.AsMemory(0, _length);

    /// <summary>Reads a stream to its end; false when it holds more than <paramref name="limit"/> bytes.</summary>
    public async ValueTask<bool> ReadToEndAsync(Stream source, int limit, CancellationToken ct)
    {
        while (true)
        {
            var read = await source.ReadAsync(GetMemory(), ct);
            if (read == 0)
            {
                return true;
            }

            _length += read;
            if (_length > limit)
            {
                return false;
            }
        }
    }

    /// <summary>Forgets the first bytes and moves the rest to the front.</summary>
    public void Drop(int count)
    {
        _bytes.AsSpan(count, _length - count).CopyTo(_bytes);
        _length -= count;
    }

    public void Clear() => _length = 0;

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _length);
        _length += count;
    }

    /// <summary>At least one byte of free space, or as many as hinted.</summary>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(1, sizeHint));
        return _bytes.AsMemory(_length);
    }

    /// <inheritdoc cref="GetMemory"/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            (_bytes, _length) = ([], 0);
        }
    }

    private void Reserve(int free)
    {
        if (_bytes.Length - _length >= free)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + free), Math.Max(256, _bytes.Length * 2)));
        _bytes.AsSpan(0, _length).CopyTo(larger);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = larger;
    }
}
