using System.Diagnostics;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

/// <summary>
/// Inputs made to hang, to overflow the stack or to fill the memory. The generous bound on time tells a limit that works,
/// in milliseconds, from one that does not, in minutes.
/// </summary>
public sealed class HostileTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(20);

    private static readonly Limits Long = new() { ExpressionLength = int.MaxValue, TemplateLength = int.MaxValue };

    public static TheoryData<string, string> Deep => new()
    {
        { "parentheses", new string('(', 100_000) },
        { "brackets", new string('[', 100_000) },
        { "braces", string.Concat(Enumerable.Repeat("{a:", 100_000)) },
        { "not", new string('!', 100_000) + "a" },
        { "minus", string.Concat(Enumerable.Repeat("- ", 100_000)) + "1" },
        { "conditionals", string.Concat(Enumerable.Repeat("a?", 100_000)) },
        { "alternatives", string.Concat(Enumerable.Repeat("a?a:", 100_000)) + "a" },
        { "sums", "1" + string.Concat(Enumerable.Repeat("+1", 100_000)) },
        { "comparisons", "1" + string.Concat(Enumerable.Repeat("==1", 100_000)) },
        { "members", "a" + string.Concat(Enumerable.Repeat(".a", 100_000)) },
        { "indexes", "a" + string.Concat(Enumerable.Repeat("[0]", 100_000)) },
        { "calls", "a" + string.Concat(Enumerable.Repeat(".lower()", 100_000)) },
        { "arguments", string.Concat(Enumerable.Repeat("lower(", 100_000)) },
        { "lambdas", string.Concat(Enumerable.Repeat("map(a,x=>", 100_000)) },
        { "strings", string.Concat(Enumerable.Repeat("'${", 100_000)) },
        { "quotes", new string('\'', 100_001) },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void Depth_without_end_is_a_syntax_fault(string what, string text)
    {
        var watch = Stopwatch.StartNew();
        Assert.False(Expression.TryParse(text, out _, out var faults, Long), what);
        Assert.False(Template.TryParse("{{" + text + "}}", out _, out var inTemplate, Long), what);
        Assert.NotEmpty(faults);
        Assert.NotEmpty(inTemplate);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
    }

    [Fact]
    public void What_the_parser_accepts_evaluates_on_a_small_stack()
    {
        var texts = new[]
        {
            new string('(', 99) + "1" + new string(')', 99),
            new string('!', 99) + "a",
            "1" + string.Concat(Enumerable.Repeat("+1", 499)),
            string.Concat(Enumerable.Repeat("map([1],x=>", 49)) + "1" + new string(')', 49),
            string.Concat(Enumerable.Repeat("'${", 49)) + "1" + string.Concat(Enumerable.Repeat("}'", 49)),
        };
        var failures = new List<string>();
        var thread = new Thread(
            () => failures.AddRange(texts.Where(text => !Expression.TryParse(text, out var e, out _) || !e.Evaluate(Scope.Empty).Succeeded(out _, out _))),
            256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Empty(failures);
    }

    [Theory]
    [InlineData("'a'.repeat(1e9)", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(1e28)", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(5000000)", EvaluationFault.LimitSize)]
    [InlineData("'a'.pad_start(5000000)", EvaluationFault.LimitSize)]
    [InlineData("'a'.pad_end(1e300)", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(100000).replace('a', 'a'.repeat(1000))", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(100000).split('')", null)]
    [InlineData("'a'.repeat(1000000).split('')", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(1000000).split('a')", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(2000000) + 'a'.repeat(2000000)", EvaluationFault.LimitSize)]
    [InlineData("'${'a'.repeat(2000000)}${'a'.repeat(2000000)}'", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(1000).split('').map(x => 'b'.repeat(10000)).join()", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(100000).split('').map(x => x.upper())", EvaluationFault.LimitSteps)]
    [InlineData("'a'.repeat(1000).split('').map(x => 'a'.repeat(1000).split('').map(y => y))", EvaluationFault.LimitSteps)]
    [InlineData("'a'.repeat(300).split('').map(x => 'a'.repeat(300)).map(x => x.contains('b'.repeat(300)))", null)]
    [InlineData("['a'.repeat(500000)].map(x => [x,x,x,x,x,x,x,x]).map(x => [x,x,x,x])", EvaluationFault.LimitSize)]
    [InlineData("['a'.repeat(500000)].map(x => [x,x,x,x,x,x,x,x]).map(x => '${x}')", EvaluationFault.LimitSize)]
    [InlineData("'a'.repeat(100).split('').map(x => 'a'.repeat(100).split('')).flatten().unique()", null)]
    public void Work_and_size_without_end_are_faults(string text, string? code)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Evaluating.Evaluate(text).Succeeded(out _, out var fault);
        Assert.Equal(code, fault?.Code);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000_000);
    }

    [Theory]
    [InlineData("text.matches(pattern)")]
    [InlineData("list.map(x => list.map(y => text.lower()))")]
    [InlineData("list.map(x => list.map(y => text == copy))")]
    [InlineData("list.map(x => list.map(y => text < copy))")]
    [InlineData("list.map(x => list.map(y => text.contains('b')))")]
    [InlineData("list.map(x => list.map(y => 'b' in text))")]
    [InlineData("list.map(x => list.map(y => text.index_of('b')))")]
    [InlineData("list.map(x => list.map(y => pairs.contains(needle)))")]
    [InlineData("list.map(x => list.map(y => needle in pairs))")]
    [InlineData("list.map(x => pairs.replace(needle, ''))")]
    [InlineData("list.map(x => pairs.split(needle))")]
    [InlineData("list.map(x => list.map(y => text.length))")]
    [InlineData("list.map(x => list.map(y => text.slice(-1)))")]
    [InlineData("list.map(x => list.map(y => 'b' in texts))")]
    [InlineData("list.map(x => list.map(y => texts == copies))")]
    [InlineData("list.map(x => list.map(y => texts.unique()))")]
    [InlineData("list.map(x => list.map(y => texts.sort_by(t => t)))")]
    [InlineData("list.map(x => list.map(y => texts.max()))")]
    [InlineData("list.map(x => list.map(y => texts.join().length))")]
    [InlineData("list.map(x => list.map(y => '${texts}'.length))")]
    [InlineData("list.map(x => list.map(y => [texts, texts].flatten().length))")]
    [InlineData("list.map(x => list.map(y => {a: texts}.values().flatten().length))")]
    public void Looking_at_large_inputs_again_and_again_is_a_fault(string text)
    {
        var large = new string('a', 1_000_000);
        var list = Value.Array([.. Enumerable.Range(0, 1000).Select(i => (Value)i)]);
        var scope = Scope.From(ObjectValue.From(
            new("text", large), new("copy", large[1..] + "a"), new("list", list), new("pattern", "*" + new string('a', 5000) + "b"),
            new("pairs", string.Concat(Enumerable.Repeat("ab", 500_000))),
            new("needle", string.Concat(Enumerable.Repeat("ab", 100_000)) + "c" + string.Concat(Enumerable.Repeat("ab", 100_000))),
            new("texts", Value.Array([.. Enumerable.Range(0, 100).Select(i => (Value)new string('a', 10_000))])),
            new("copies", Value.Array([.. Enumerable.Range(0, 100).Select(i => (Value)new string('a', 10_000))]))));
        var watch = Stopwatch.StartNew();
        Assert.False(Evaluating.Parse(text).Evaluate(scope).Succeeded(out _, out var fault));
        Assert.Contains(fault.Code, new[] { EvaluationFault.LimitSteps, EvaluationFault.LimitSize });
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
    }

    [Theory]
    [InlineData("{{[+ }}")]
    [InlineData("{{' }}")]
    [InlineData("{{(((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((([+ }}")]
    [InlineData("{{x.y }}")]
    [InlineData("{{ {a:1,b:[]} }}")]
    [InlineData("{{")]
    [InlineData("{")]
    public void A_template_full_of_holes_parses_in_linear_time(string hole)
    {
        var watch = Stopwatch.StartNew();
        var text = string.Concat(Enumerable.Repeat(hole, 1024 * 1024 / hole.Length));
        Assert.NotEqual(Template.TryParse(text, out _, out var faults), faults.Count > 0);
        Assert.InRange(faults.Count, 0, 20);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Bound);
    }

    [Fact]
    public void A_value_built_too_deep_is_a_fault_but_one_only_passed_on_is_not()
    {
        var deep = Value.FromJson(new string('[', 64) + new string(']', 64));
        var scope = Scope.Empty.With("deep", deep);
        Assert.Equal(deep, Evaluating.Result(Evaluating.Parse("deep").Evaluate(scope)));
        Assert.False(Evaluating.Parse("[deep]").Evaluate(scope).Succeeded(out _, out var fault));
        Assert.Equal(EvaluationFault.LimitDepth, fault.Code);
    }

    [Fact]
    public void Arithmetic_out_of_decimals_range_costs_no_exceptions()
    {
        var expression = Evaluating.Parse("'a'.repeat(9000).split('').map(x => 9e27 * 1000 + 9e27 * 9e27).length");
        var before = AppDomainExceptions.Count;
        Assert.Equal(9000, Evaluating.Result(expression.Evaluate(Scope.Empty)));
        Assert.Equal(before, AppDomainExceptions.Count);
    }

    [Fact]
    public void Text_longer_than_the_limit_is_refused_where_the_limit_is()
    {
        Assert.False(Expression.TryParse(new string(' ', 16 * 1024) + "1", out _, out var faults));
        Assert.Equal(new(1, 16 * 1024 + 1, 16 * 1024), Assert.Single(faults).Position);
        Assert.False(Template.TryParse(new string(' ', 1024 * 1024 + 1), out _, out _));
        Assert.False(Template.TryParse("{{" + new string(' ', 16 * 1024) + "1}}", out _, out faults));
        Assert.Equal(new(1, 16 * 1024 + 4, 16 * 1024 + 3), Assert.Single(faults).Position);
        Assert.Equal("The expression is longer than 16384 characters.", faults[0].Message);
    }

    [Fact]
    public void Limits_can_be_set_per_expression()
    {
        Assert.True(Expression.TryParse("[1, 2, 3].map(x => x)", out var expression, out _, new Limits { Steps = 3 }));
        Assert.False(expression.Evaluate(Scope.Empty).Succeeded(out _, out var fault));
        Assert.Equal((EvaluationFault.LimitSteps, "The evaluation takes more than 3 steps."), (fault.Code, fault.Message));
    }

    private static class AppDomainExceptions
    {
        private static int s_count;

        static AppDomainExceptions() => AppDomain.CurrentDomain.FirstChanceException += (_, e) =>
        {
            if (e.Exception is OverflowException)
            {
                Interlocked.Increment(ref s_count);
            }
        };

        public static int Count => Volatile.Read(ref s_count);
    }
}
