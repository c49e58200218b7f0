using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class SyntaxTests
{
    [Theory]
    [InlineData("", 1, 1, "Expected an expression, found the end.")]
    [InlineData("  \n ", 2, 2, "Expected an expression, found the end.")]
    [InlineData("1 +", 1, 4, "Expected an expression, found the end.")]
    [InlineData("a\n  + * b", 2, 5, "Expected an expression, found '*'.")]
    [InlineData("a b", 1, 3, "Expected an operator or the end, found 'b'.")]
    [InlineData("a = b", 1, 3, "'=' does not compare; equality is '=='.")]
    [InlineData("a === b", 1, 3, "'===' is not an operator; equality is '=='.")]
    [InlineData("a and b", 1, 3, "'and' is written '&&'.")]
    [InlineData("a or b", 1, 3, "'or' is written '||'.")]
    [InlineData("a not in b", 1, 3, "'not' is written '!', as in !(a in b).")]
    [InlineData("a & b", 1, 3, "'&' is not an operator; 'and' is '&&'.")]
    [InlineData("a | b", 1, 3, "'|' is not an operator; 'or' is '||'.")]
    [InlineData("a # b", 1, 3, "The character '#' has no meaning here.")]
    [InlineData("😀", 1, 1, "The character '😀' has no meaning here.")]
    [InlineData("(a", 1, 3, "Expected ')', found the end.")]
    [InlineData("a)", 1, 2, "Expected an operator or the end, found ')'.")]
    [InlineData("a[1", 1, 4, "Expected ']', found the end.")]
    [InlineData("a[]", 1, 3, "Expected an expression, found ']'.")]
    [InlineData("[1 2]", 1, 4, "Expected ',' or ']', found '2'.")]
    [InlineData("[,]", 1, 2, "Expected an expression, found ','.")]
    [InlineData("{a}", 1, 3, "Expected ':', found '}'.")]
    [InlineData("{1: 2}", 1, 2, "Expected the name of a member, found '1'.")]
    [InlineData("{'${a}': 2}", 1, 2, "The name of a member cannot be computed.")]
    [InlineData("{a: 1, a: 2}", 1, 8, "The member 'a' is there twice.")]
    [InlineData("a.", 1, 3, "Expected a member's name, found the end.")]
    [InlineData("a.1", 1, 3, "Expected a member's name, found '1'.")]
    [InlineData(".5", 1, 1, "Expected an expression, found '.'; a number has a digit before its point.")]
    [InlineData("a ? b", 1, 6, "Expected ':', found the end.")]
    [InlineData("in", 1, 1, "Expected an expression, found 'in'.")]
    [InlineData("'abc", 1, 1, "The string has no closing quote.")]
    [InlineData("'a${1'", 1, 6, "Expected '}', found '''.")]
    [InlineData("'a${1 2}'", 1, 7, "Expected '}', found '2'.")]
    [InlineData("'\\x'", 1, 2, "There is no such escape; these are \\n \\t \\r \\b \\f \\\\ \\/ \\\" \\' \\$ and \\u with four hexadecimal digits.")]
    [InlineData("'\\u12'", 1, 2, "'\\u' needs four hexadecimal digits.")]
    [InlineData("'\\ud83d'", 1, 2, "Half of a surrogate pair is not a character.")]
    [InlineData("'\\ude00\\ud83d'", 1, 2, "Half of a surrogate pair is not a character.")]
    [InlineData("10x", 1, 1, "'10x' is not a number; a duration is a whole number with s, m, h, d or w, as in 30s.")]
    [InlineData("1.5h", 1, 1, "'1.5h' is not a number; a duration is a whole number with s, m, h, d or w, as in 30s.")]
    [InlineData("1__0", 1, 1, "An underscore stands between two digits.")]
    [InlineData("1_", 1, 1, "An underscore stands between two digits.")]
    [InlineData("1e999", 1, 1, "The number is too large.")]
    [InlineData("99999999999999999999w", 1, 1, "The duration is too long.")]
    [InlineData("2026-02-30", 1, 1, "There is no date '2026-02-30'.")]
    [InlineData("2026-01-15T25:00:00Z", 1, 1, "There is no date '2026-01-15T25:00:00Z'.")]
    [InlineData("a(1)(2)", 1, 1, "There is no function 'a'.")]
    [InlineData("a.lower()(2)", 1, 10, "Only a function can be called.")]
    [InlineData("a.lowr()", 1, 3, "There is no function 'lowr'; did you mean 'lower'?")]
    [InlineData("a.startswith('x')", 1, 3, "There is no function 'startswith'; did you mean 'starts_with'?")]
    [InlineData("a.lower(1)", 1, 3, "'lower' takes no arguments, found 1.")]
    [InlineData("a.replace('x')", 1, 3, "'replace' takes 2 arguments, found 1.")]
    [InlineData("a.slice()", 1, 3, "'slice' takes 1 to 2 arguments, found 0.")]
    [InlineData("a.round(1, 2)", 1, 3, "'round' takes at most 1 argument, found 2.")]
    [InlineData("a.map()", 1, 3, "'map' takes 1 lambda, found 0.")]
    [InlineData("a.map(1)", 1, 7, "'map' takes a lambda, such as x => x.amount.")]
    [InlineData("a.map(x => x, y => y)", 1, 15, "'map' takes one lambda.")]
    [InlineData("a.lower(x => x)", 1, 9, "'lower' takes no lambda.")]
    [InlineData("x => x", 1, 3, "A lambda is one name, '=>' and an expression, and stands only as an argument.")]
    [InlineData("a.map((x => x))", 1, 10, "A lambda is one name, '=>' and an expression, and stands only as an argument.")]
    [InlineData("lower()", 1, 1, "'lower' needs the value it works on: x.lower(…) or lower(x…).")]
    [InlineData("now(1)", 1, 1, "'now' takes no arguments.")]
    [InlineData("a.now()", 1, 3, "There is no function 'now'.")]
    public void A_fault_says_what_is_wrong_and_where(string text, int line, int column, string message)
    {
        var fault = Evaluating.SyntaxFaults(text)[0];
        Assert.Equal((message, line, column), (fault.Message, fault.Position.Line, fault.Position.Column));
    }

    [Fact]
    public void An_offset_counts_from_the_start_of_the_text() =>
        Assert.Equal(new Position(2, 5, 6), Evaluating.SyntaxFaults("a\n  + * b")[0].Position);

    [Fact]
    public void Faults_in_a_list_are_all_reported()
    {
        var faults = Evaluating.SyntaxFaults("[1 +, a.lowr(), {b: }, (2, 'x'.lenght(), [=]]");
        Assert.Equal([5, 9, 21, 26, 32, 43], faults.Select(f => f.Position.Column));
    }

    [Fact]
    public void No_more_than_twenty_faults_are_reported() =>
        Assert.Equal(20, Evaluating.SyntaxFaults("[" + string.Concat(Enumerable.Repeat("+,", 500)) + "]").Count);

    [Fact]
    public void Names_of_any_script_and_trailing_commas_are_fine() =>
        Assert.Equal("[3]", Evaluating.Result(Evaluating.Parse("[größe,]").Evaluate(Scope.Empty.With("größe", 3))).ToJson());
}
