using System.Buffers;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Tests.Json;

public sealed class PooledBufferTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];

    [Fact]
    public void It_grows_as_it_is_written()
    {
        using var buffer = new PooledBuffer(16);
        foreach (var part in Bytes.Chunk(777))
        {
            buffer.Write(part);
        }

        Assert.Equal(Bytes, buffer.Written.ToArray());
    }

    [Fact]
    public void What_is_dropped_makes_room_in_front()
    {
        using var buffer = new PooledBuffer();
        buffer.Write(Bytes.AsSpan(0, 10));

        buffer.Drop(4);

        Assert.Equal(Bytes[4..10], buffer.Written.ToArray());
    }

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(99_999, false)]
    public async Task A_stream_is_read_up_to_a_limit(int limit, bool fits)
    {
        using var buffer = new PooledBuffer(1000);

        Assert.Equal(fits, await buffer.ReadToEndAsync(new MemoryStream(Bytes), limit, TestContext.Current.CancellationToken));
        Assert.True(!fits || buffer.Written.Span.SequenceEqual(Bytes));
    }

    [Fact]
    public void Advancing_past_the_room_there_is_is_refused()
    {
        using var buffer = new PooledBuffer(16);

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(100_000));
    }

    [Fact]
    public void Disposing_twice_returns_the_array_once()
    {
        var buffer = new PooledBuffer();
        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(0, buffer.Length);
    }
}
