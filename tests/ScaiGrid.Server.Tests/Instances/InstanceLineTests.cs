using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>Who is next, and what may be a key.</summary>
public sealed class InstanceLineTests
{
    private static readonly Id<Replica> Here = new("rep_1");

    [Fact]
    public void Who_came_first_is_first_and_who_leaves_makes_way()
    {
        var instance = New();
        Assert.True(instance.TryEnter(Of("a")) && instance.TryEnter(Of("b")) && instance.TryEnter(Of("c")));
        Assert.True(instance.IsTurnOf(new("a")));

        instance.Leave(new("b"));
        instance.Leave(new("a"));
        instance.Leave(new("unknown"));

        Assert.True(instance.IsTurnOf(new("c")));
        Assert.Equal(1, instance.InLine);
    }

    [Fact]
    public void Who_is_in_line_keeps_his_place_and_may_change_what_it_says()
    {
        var instance = New();
        instance.Enter(Of("a"));
        instance.Enter(Of("b"));

        instance.Enter(new(new("a"), null, Stored: true));

        Assert.Equal(new Place(new("a"), null, true), instance.First);
        Assert.Equal(2, instance.InLine);
    }

    [Fact]
    public void Who_waits_here_no_longer_leaves_unless_he_waits_on_in_the_database()
    {
        var (instance, gone, stored) = (New(), Waiter.ToLeave(new("a")), Waiter.ToLeave(new("b")));
        instance.Enter(Of("a"));
        instance.Enter(new(new("b"), null, Stored: true));

        foreach (var waiter in (Waiter[])[gone, stored])
        {
            waiter.Move(instance, Here);
            waiter.Moved(instance, "ada");
        }

        Assert.Equal(new Place(new("b"), null, true), Assert.Single(instance.Line));
        Assert.True(gone.IsGone && stored.IsGone);
    }

    [Fact]
    public void The_line_has_an_end_but_not_for_who_was_let_in_before()
    {
        var instance = New();
        for (var i = 0; i < Instance.MostInLine; i++)
        {
            Assert.True(instance.TryEnter(Of($"r{i}")));
        }

        Assert.False(instance.TryEnter(Of("late")));
        Assert.True(instance.TryEnter(Of("r7")));
        instance.Enter(Of("back"));
        Assert.True(instance.Has(new("back")));
    }

    [Fact]
    public void A_row_is_needed_while_somebody_is_in_line_or_something_is_remembered()
    {
        var instance = New();
        Assert.True(instance.IsNothing);

        instance.Remember([1], 1, "m1", new("a"), DateTimeOffset.UnixEpoch);
        Assert.False(instance.IsNothing);
        instance.Forget("m2");
        Assert.True(instance.IsNothing);
        Assert.Equal("m2", instance.Revision);
        instance.Enter(Of("a"));
        Assert.False(instance.IsNothing);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("ada@acme.example", true)]
    [InlineData("order:2026-01+7", true)]
    [InlineData("Zoë Müller 你好 👋", true)]
    [InlineData("...", true)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData(" a", false)]
    [InlineData("a ", false)]
    [InlineData("a/b", false)]
    [InlineData("a\\b", false)]
    [InlineData("a%2Fb", false)]
    [InlineData("a?b", false)]
    [InlineData("a#b", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u0000b", false)]
    [InlineData("a\u0085b", false)]
    public void A_key_is_text_that_can_stand_in_a_path(string key, bool isValid) => Assert.Equal(isValid, InstanceKey.IsValid(key));

    [Fact]
    public void Half_a_character_and_more_than_two_hundred_are_no_key()
    {
        Assert.False(InstanceKey.IsValid($"a{(char)0xD83D}b"));
        Assert.False(InstanceKey.IsValid(new string('x', InstanceKey.MaxLength + 1)));
        Assert.True(InstanceKey.IsValid(new string('x', InstanceKey.MaxLength)));
    }

    private static Place Of(string run) => new(new(run), Here, Stored: false);

    private static Instance New() => new() { TenantId = new("tnt_1"), CoreId = new("core_1"), Key = "k", Revision = "m0" };
}
