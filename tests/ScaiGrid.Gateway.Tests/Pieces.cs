namespace ScaiGrid.Gateway.Tests;

/// <summary>A stream that gives its bytes in pieces of the sizes told, as a network would.</summary>
internal sealed class Pieces(byte[] bytes, Func<int> nextSize) : Stream
{
    private int _at;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var size = Math.Min(Math.Min(Math.Max(1, nextSize()), buffer.Length), bytes.Length - _at);
        bytes.AsMemory(_at, size).CopyTo(buffer);
        _at += size;
        return new(size);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
