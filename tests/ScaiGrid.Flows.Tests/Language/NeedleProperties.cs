using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class NeedleProperties
{
    /// <summary>Of two letters, so that needles are long, repetitive and often there.</summary>
    private static readonly FsCheck.Gen<(string Text, string Part)> Searches =
        from unit in Letters(1, 12)
        from repeats in Gen.Choose(1, 40)
        from before in Letters(0, 100)
        from after in Letters(0, 100)
        from cut in Gen.Choose(0, unit.Length)
        select (before + string.Concat(Enumerable.Repeat(unit, repeats + 3)) + after, string.Concat(Enumerable.Repeat(unit, repeats)) + unit[cut..]);

    [Fact]
    public void The_first_place_is_that_of_the_platform() => Generated.ForAll(Searches, search =>
        Assert.Equal(search.Text.IndexOf(search.Part, StringComparison.Ordinal), new Needle(search.Part).IndexIn(search.Text)));

    [Fact]
    public void Replacing_and_splitting_are_those_of_the_platform() => Generated.ForAll(Searches, search =>
    {
        var scope = Scope.Empty.With("text", search.Text).With("part", search.Part);
        Assert.Equal(
            search.Text.Replace(search.Part, "-", StringComparison.Ordinal), Evaluating.Result(Evaluating.Parse("text.replace(part, '-')").Evaluate(scope)).AsString());
        Assert.Equal(
            search.Text.Split(search.Part), Evaluating.Result(Evaluating.Parse("text.split(part)").Evaluate(scope)).Items.Select(item => item.AsString()));
    });

    private static FsCheck.Gen<string> Letters(int fewest, int most) =>
        Gen.Choose(fewest, most).SelectMany(length => Gen.Elements('a', 'a', 'a', 'b').ArrayOf(length)).Select(letters => new string(letters));
}
