using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class ArithmeticProperties
{
    private static readonly FsCheck.Gen<(Value, Value)> Pairs =
        Gen.Two(Gen.OneOf(Generated.Number, Gen.Elements<Value>(decimal.MaxValue, decimal.MinValue, 1e-9m, 1e14m, -1e14m, 0, 1, -1))).Select(p => (p.Item1, p.Item2));

    [Theory]
    [InlineData("+")]
    [InlineData("-")]
    [InlineData("*")]
    [InlineData("/")]
    public void Results_are_those_of_doubles_or_better(string operation) => Generated.ForAll(Pairs, pair =>
    {
        var (x, y) = (Double(pair.Item1), Double(pair.Item2));
        var expected = operation switch { "+" => x + y, "-" => x - y, "*" => x * y, _ => x / y };
        var succeeded = Compute(operation, pair).Succeeded(out var value, out var fault);
        Assert.Equal(double.IsFinite(expected), succeeded);
        Assert.Equal(succeeded ? null : y == 0 && operation == "/" ? EvaluationFault.DivisionByZero : EvaluationFault.NumberRange, fault?.Code);

        // Sums may cancel, so that only the error against the operands counts.
        var scale = operation is "+" or "-" ? Math.Max(Math.Abs(x), Math.Abs(y)) : Math.Abs(expected);
        Assert.True(!succeeded || Math.Abs(Double(value) - expected) <= scale * 1e-14 + 1e-300, $"{pair} is {value}, not {expected}");
    });

    [Fact]
    public void Sums_and_products_commute() => Generated.ForAll(Pairs, pair =>
    {
        foreach (var operation in new[] { "+", "*", "==" })
        {
            Compute(operation, pair).Succeeded(out var a, out _);
            Compute(operation, (pair.Item2, pair.Item1)).Succeeded(out var b, out _);
            Assert.Equal(a, b);
        }
    });

    [Fact]
    public void A_remainder_is_smaller_than_the_divisor_and_has_the_sign_of_the_dividend() => Generated.ForAll(Pairs, pair =>
    {
        if (Compute("%", pair).Succeeded(out var rest, out _))
        {
            Assert.True(Math.Abs(Double(rest)) <= Math.Abs(Double(pair.Item2)));
            Assert.True(!rest.IsTruthy || Math.Sign(Double(rest)) == Math.Sign(Double(pair.Item1)));
        }
    });

    [Fact]
    public void Exactly_one_of_less_equal_and_greater_holds() => Generated.ForAll(Pairs, pair =>
    {
        var holding = new[] { "<", "==", ">" }.Count(operation => Evaluating.Result(Compute(operation, pair)).IsTruthy);
        Assert.Equal(1, holding);
        Assert.Equal(Evaluating.Result(Compute("<", pair)), Evaluating.Result(Compute(">", (pair.Item2, pair.Item1))));
    });

    [Fact]
    public void Sorting_any_numbers_orders_them() => Generated.ForAll(Pairs.ArrayOf(30), pairs =>
    {
        var scope = Scope.Empty.With("xs", Value.Array([.. pairs.Select(p => p.Item1)]));
        var sorted = Evaluating.Result(Evaluating.Parse("xs.sort_by(x => x)").Evaluate(scope)).Items;
        Assert.All(sorted.Zip(sorted.Skip(1)), p => Assert.True(Double(p.First) <= Double(p.Second)));
        Assert.Equal(sorted[0], Evaluating.Result(Evaluating.Parse("xs.min()").Evaluate(scope)));
    });

    [Theory]
    [InlineData("round")]
    [InlineData("floor")]
    [InlineData("ceil")]
    public void Rounding_gives_a_whole_number_next_to_the_number(string function) => Generated.ForAll(Generated.Number, number =>
    {
        var whole = Evaluating.Result(Evaluating.Parse($"x.{function}()").Evaluate(Scope.Empty.With("x", number)));
        Assert.True(double.IsInteger(Double(whole)));
        Assert.True(Math.Abs(Double(whole) - Double(number)) <= 1 + Math.Abs(Double(whole)) * 1e-15);
        Assert.True(function != "floor" || Comparison.Order(whole, number) <= 0);
        Assert.True(function != "ceil" || Comparison.Order(whole, number) >= 0);
    });

    private static readonly Dictionary<string, Expression> Compiled =
        new[] { "+", "-", "*", "/", "%", "<", ">", "==" }.ToDictionary(operation => operation, operation => Evaluating.Parse($"a {operation} b"));

    private static Evaluation Compute(string operation, (Value, Value) pair) =>
        Compiled[operation].Evaluate(Scope.Empty.With("a", pair.Item1).With("b", pair.Item2));

    private static double Double(Value value) => value.TryGetDouble(out var number) ? number : throw new InvalidOperationException($"{value} is no number");
}
