using System.Text;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Tests.Providers.Http;

public sealed class LineReaderTests
{
    [Theory]
    [InlineData("a\n", "a")]
    [InlineData("a", "a")]
    [InlineData("a\nb\n", "a", "b")]
    [InlineData("a\r\n\r\n \nb", "a\r", "b")]
    [InlineData("é😀\nx\n", "é😀", "x")]
    [InlineData("\n\n")]
    [InlineData("")]
    public async Task Lines_are_the_same_wherever_the_bytes_are_split(string text, params string[] expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var split = 0; split <= bytes.Length; split++)
        {
            var sizes = new Queue<int>([split, bytes.Length]);
            Assert.Equal(expected, await ReadAllAsync(bytes, () => sizes.TryDequeue(out var size) ? size : int.MaxValue, longest: 100));
        }

        Assert.Equal(expected, await ReadAllAsync(bytes, () => 1, longest: 100));
    }

    [Theory]
    [InlineData("12345\n", true)]
    [InlineData("123456\n", false)]
    [InlineData("123456", true)]
    [InlineData("1234567", false)]
    public async Task A_line_that_is_too_long_is_not_collected(string text, bool read)
    {
        using var reader = new LineReader(longest: 6);
        using var source = new Pieces(Encoding.UTF8.GetBytes(text), () => 100);

        await reader.FillAsync(source, TestContext.Current.CancellationToken);
        reader.TryRead();

        Assert.Equal(read, !reader.TooLong);
    }

    private static async ValueTask<List<string>> ReadAllAsync(byte[] bytes, Func<int> nextSize, int longest)
    {
        var lines = new List<string>();
        using var reader = new LineReader(longest);
        using var source = new Pieces(bytes, nextSize);
        while (await reader.FillAsync(source, CancellationToken.None))
        {
            while (reader.TryRead())
            {
                lines.Add(Encoding.UTF8.GetString(reader.Message.Span));
            }
        }

        return lines;
    }
}
