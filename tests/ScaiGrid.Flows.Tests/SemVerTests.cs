namespace ScaiGrid.Flows.Tests;

public sealed class SemVerTests
{
    [Theory]
    [InlineData("0.0.0")]
    [InlineData("1.0.2")]
    [InlineData("1.1.2-prerelease+meta")]
    [InlineData("1.0.0-alpha.1")]
    [InlineData("1.0.0-0A.is.legal")]
    [InlineData("1.0.0--")]
    [InlineData("2147483646.0.0")]
    public void A_version_is_kept_as_it_is_written(string text) => Assert.Equal(text, SemVer.Parse(text, null).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1.0")]
    [InlineData("1.0.0.0")]
    [InlineData("v1.0.0")]
    [InlineData("01.0.0")]
    [InlineData("1.0.0-01")]
    [InlineData("1.0.0-")]
    [InlineData("1.0.0+")]
    [InlineData("1.0.0 ")]
    [InlineData("1.0.0\n")]
    [InlineData("-1.0.0")]
    [InlineData("1.0.0-bêta")]
    [InlineData("٠.0.0")]
    [InlineData("2147483647.0.0")]
    [InlineData("1.0.0-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Anything_else_is_none(string? text) => Assert.False(SemVer.TryParse(text, null, out _));

    [Theory]
    [InlineData("1.0.2", "1.0.3")]
    [InlineData("0.0.0", "0.0.1")]
    [InlineData("1.1.0-beta.2", "1.1.0")]
    [InlineData("1.0.2+build.5", "1.0.3")]
    [InlineData("1.0.2-rc.1+build.5", "1.0.2")]
    [InlineData("1.0.9", "1.0.10")]
    public void The_next_version_is_the_smallest_release_above(string from, string to) =>
        Assert.Equal(to, SemVer.Parse(from, null).Next().ToString());

    [Fact]
    public void Precedence_is_that_of_the_standard()
    {
        string[] ascending = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.1.0", "2.0.0", "10.0.0"];
        var versions = ascending.Select(v => SemVer.Parse(v, null)).ToList();

        Assert.Equal(ascending, versions.AsEnumerable().Reverse().Order().Select(v => v.ToString()));
        Assert.All(versions.Zip(versions.Skip(1)), pair => Assert.True(pair.First < pair.Second && pair.Second > pair.First));
    }

    [Fact]
    public void Build_metadata_does_not_count_for_precedence_but_tells_versions_apart()
    {
        var (one, two) = (SemVer.Parse("1.0.0+a", null), SemVer.Parse("1.0.0+b", null));

        Assert.Equal(0, one.CompareTo(two));
        Assert.NotEqual(one, two);
    }
}
