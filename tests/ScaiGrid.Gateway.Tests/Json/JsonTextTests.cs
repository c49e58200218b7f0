using System.Text;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Tests.Json;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("plain", true)]
    [InlineData("\\n\\t\\\\", true)]
    [InlineData("\\u00e9", true)]
    [InlineData("\\ud83d\\ude00", true)]
    [InlineData("\\uD83D\\uDE00 and \\u0041", true)]
    [InlineData("\\\\ud83d", true)] // an escaped backslash, then letters
    [InlineData("\\ud83d", false)]
    [InlineData("\\ude00", false)]
    [InlineData("\\ud83dx", false)]
    [InlineData("\\ud83d\\n", false)]
    [InlineData("\\ud83d\\ud83d", false)]
    [InlineData("\\n\\ud83d\\u0041", false)]
    public void Half_a_character_is_found_wherever_it_stands(string escaped, bool whole) =>
        Assert.Equal(whole, JsonText.HasWholeCharacters(Encoding.UTF8.GetBytes(escaped)));

    [Fact]
    public void A_quoted_text_reads_as_itself() =>
        Assert.Equal("a \"b\" \\ é 😀\n", JsonText.Parse(JsonText.Quote("a \"b\" \\ é 😀\n")).GetString());
}
