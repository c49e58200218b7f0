using System.Buffers;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// Text that grows in borrowed memory. A manifest of megabytes would otherwise be copied from one generation of the garbage collector to the next
/// while it is written.
/// </summary>
internal sealed class PooledText : IDisposable
{
    private char[] _text = ArrayPool<char>.Shared.Rent(4096);

    public int Length { get; private set; }

    /// <summary>Takes back what was written after the first <paramref name="length"/> characters.</summary>
    public void Truncate(int length) => Length = length;

    public PooledText Append(char c)
    {
        Room(1)[0] = c;
        Length++;
        return this;
    }

    public PooledText Append(char c, int count)
    {
        Room(count)[..count].Fill(c);
        Length += count;
        return this;
    }

    public PooledText Append(ReadOnlySpan<char> text)
    {
        text.CopyTo(Room(text.Length));
        Length += text.Length;
        return this;
    }

    public override string ToString() => new(_text.AsSpan(0, Length));

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_text);
        _text = [];
    }

    private Span<char> Room(int count)
    {
        if (_text.Length - Length < count)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(_text.Length * 2, Length + count));
            _text.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<char>.Shared.Return(_text);
            _text = larger;
        }

        return _text.AsSpan(Length);
    }
}
