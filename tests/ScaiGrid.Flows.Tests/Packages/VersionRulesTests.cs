using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

public sealed class VersionRulesTests
{
    [Theory]
    [InlineData("0.1.0", "", "0.1.0")]
    [InlineData("0.1.0", "0.1.0", "0.1.1")]
    [InlineData("0.1.0", "0.1.0 0.1.1 0.1.2", "0.1.3")]
    [InlineData("0.1.0", "0.1.0 0.1.2", "0.1.1")]
    [InlineData("0.1.1", "0.1.0 0.1.2", "0.1.1")]
    [InlineData("0.1.0", "0.2.0 1.0.0", "0.1.0")]
    [InlineData("1.0.0-beta", "1.0.0-beta", "1.0.1-beta")]
    [InlineData("1.0.0-beta", "1.0.0", "1.0.0-beta")]
    [InlineData("1.0.0", "1.0.0-beta", "1.0.0")]
    [InlineData("1.0.0+b", "1.0.0+a", "1.0.1+b")]
    [InlineData("1.0.2147483646", "1.0.2147483646", null)]
    public void A_version_that_is_taken_gives_way_to_the_next_free_patch(string wanted, string taken, string? free) =>
        Assert.Equal(free, SemVer.Parse(wanted, null).NextFree(taken.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => SemVer.Parse(v, null)))?.ToString());

    [Theory]
    [InlineData("0.1.0", "0.1.0")]
    [InlineData("0.1.0 0.2.0 0.1.5", "0.2.0")]
    [InlineData("1.0.0 2.0.0-rc.1", "1.0.0")]
    [InlineData("2.0.0-rc.1 2.0.0-rc.2 1.0.0-z", "2.0.0-rc.2")]
    [InlineData("0.9.0 0.10.0", "0.10.0")]
    public void The_highest_release_counts_and_a_pre_release_only_where_there_is_none(string versions, string highest) =>
        Assert.Equal(highest, versions.Split(' ').Select(v => SemVer.Parse(v, null)).Highest().ToString());

    [Theory]
    [InlineData("customer-support", true)]
    [InlineData("a", true)]
    [InlineData("0", true)]
    [InlineData("a--b", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("-a", false)]
    [InlineData("a-", false)]
    [InlineData("A", false)]
    [InlineData("a_b", false)]
    [InlineData("a/b", false)]
    [InlineData("..", false)]
    [InlineData("é", false)]
    [InlineData("a\n", false)]
    public void Package_ids_are_slugs(string? text, bool valid) => Assert.Equal(valid, PackageId.TryParse(text, null, out _));
}
