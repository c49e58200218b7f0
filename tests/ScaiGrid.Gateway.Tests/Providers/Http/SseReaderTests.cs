using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Tests.Providers.Http;

public sealed class SseReaderTests
{
    [Theory]
    [InlineData("data: a\n\n", "a")]
    [InlineData("data:a\n\n", "a")]
    [InlineData("data:  a\n\n", " a")]
    [InlineData("data: a\r\n\r\n", "a")]
    [InlineData("data: a\r\r", "a")]
    [InlineData("data: a\n\r\ndata: b\r\r\n", "a", "b")]
    [InlineData("data: a\ndata: b\n\n", "a\nb")]
    [InlineData("data: a\ndata\ndata:\n\n", "a\n\n")]
    [InlineData("data\n\n", "")]
    [InlineData(": a comment\n\nevent: ping\n\ndata: a\n\n", "a")]
    [InlineData("event: x\nid: 7\nretry: 1\ndata: a\n\n\n\ndata: b\n\n", "a", "b")]
    [InlineData("database: no\n\ndata: a\n\n", "a")]
    [InlineData("\uFEFFdata: a\n\n", "a")]
    [InlineData("data: a\n\ndata: never ended\n", "a")]
    [InlineData("data: é😀\n\n", "é😀")]
    [InlineData("\n\n\n")]
    [InlineData("")]
    public async Task Events_are_the_same_wherever_the_bytes_are_split(string stream, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(stream);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var sizes = new Queue<int>([split, bytes.Length]);
            Assert.Equal(expected, await ReadAllAsync(bytes, () => sizes.TryDequeue(out var size) ? size : int.MaxValue));
        }

        Assert.Equal(expected, await ReadAllAsync(bytes, () => 1));
    }

    [Fact]
    public void Any_events_come_out_as_they_went_in_however_they_are_split() => Prop.ForAll<NonNull<string>[], int>((events, seed) =>
    {
        var random = new Random(seed);
        string[] ends = ["\n", "\r\n", "\r"];
        var texts = events.Select(e => new string([.. e.Get.Where(c => c is not '\r' and not '\n' && !char.IsSurrogate(c) && c != '\0')])).ToArray();
        var wire = string.Concat(texts.Select(t => ends[random.Next(3)] is var end ? $"data: {t}{end}{end}" : ""));
        var read = ReadAllAsync(Encoding.UTF8.GetBytes(wire), () => random.Next(1, 8)).AsTask();
        return read.IsCompletedSuccessfully && texts.SequenceEqual(read.GetAwaiter().GetResult());
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1100, true)]
    public async Task An_event_longer_than_allowed_is_not_collected(int length, bool tooLong)
    {
        using var reader = new SseReader(longest: 1020);
        using var source = new Pieces(Encoding.UTF8.GetBytes($"data: {new string('x', length)}"), () => 64);
        while (!reader.TooLong && await reader.FillAsync(source, TestContext.Current.CancellationToken))
        {
            Assert.False(reader.TryRead());
        }

        Assert.Equal(tooLong, reader.TooLong);
    }

    [Fact]
    public async Task An_event_of_endlessly_many_lines_is_not_collected()
    {
        using var reader = new SseReader(longest: 1000);
        using var source = new Pieces(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("data: xxxxxxxx\n", 500))), () => 64);
        while (!reader.TooLong && await reader.FillAsync(source, TestContext.Current.CancellationToken))
        {
            Assert.False(reader.TryRead());
        }

        Assert.True(reader.TooLong);
    }

    private static async ValueTask<List<string>> ReadAllAsync(byte[] bytes, Func<int> nextSize)
    {
        var events = new List<string>();
        using var reader = new SseReader(longest: 100_000);
        using var source = new Pieces(bytes, nextSize);
        while (await reader.FillAsync(source, CancellationToken.None))
        {
            while (reader.TryRead())
            {
                events.Add(Encoding.UTF8.GetString(reader.Message.Span));
            }
        }

        return events;
    }
}
