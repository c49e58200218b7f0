using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Access;

namespace ScaiGrid.Server.Tests.Kernel;

public sealed class IdTests
{
    [Fact]
    public void Ids_sort_by_the_moment_they_were_made()
    {
        var clock = new SettableClock();
        var source = new IdSource(clock);
        var made = Enumerable.Range(0, 200).Select(_ =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(1));
            return source.New<User>();
        }).ToList();

        Assert.Equal(made, made.Order());
        Assert.Equal(made.Select(i => i.Value), made.Select(i => i.Value).Order(StringComparer.Ordinal));
        Assert.All(made, id => Assert.Matches("^usr_[0-9a-hjkmnp-tv-z]{26}$", id.Value));
    }

    [Fact]
    public void Ids_of_one_moment_differ()
    {
        var source = new IdSource(new SettableClock());
        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => source.New("x")).Distinct().Count());
    }

    [Theory]
    [InlineData("usr_1", true)]
    [InlineData("A-b_9", true)]
    [InlineData("", false)]
    [InlineData("_x", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("é", false)]
    [InlineData("a\n", false)]
    public void An_id_is_parsed_at_the_edge(string text, bool good) => Assert.Equal(good, Id<User>.TryParse(text, null, out _));

    [Fact]
    public void An_id_has_at_most_64_characters()
    {
        Assert.True(Id<User>.TryParse(new('a', 64), null, out _));
        Assert.False(Id<User>.TryParse(new('a', 65), null, out _));
    }
}
