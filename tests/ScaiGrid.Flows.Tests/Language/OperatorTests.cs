using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class OperatorTests
{
    [Theory]
    [InlineData("42", "42")]
    [InlineData("1_000_000", "1000000")]
    [InlineData("3.14", "3.14")]
    [InlineData("1e3", "1000")]
    [InlineData("2.5E-3", "0.0025")]
    [InlineData("1e300", "1E+300")]
    [InlineData("1e-30", "1E-30")]
    [InlineData("true", "true")]
    [InlineData("null", "null")]
    [InlineData("30s", "30")]
    [InlineData("5m", "300")]
    [InlineData("1h", "3600")]
    [InlineData("7d", "604800")]
    [InlineData("2w", "1209600")]
    [InlineData("2026-01-15", "\"2026-01-15\"")]
    [InlineData("2026-01-15T10:30:00Z", "\"2026-01-15T10:30:00Z\"")]
    [InlineData("2026-01-15T10:30:00.123+02:00", "\"2026-01-15T10:30:00.123+02:00\"")]
    [InlineData("2026-01-15T10:30", "\"2026-01-15T10:30\"")]
    [InlineData("2026 - 01 - 15", "2010")]
    [InlineData("[1, 'a', [true], ]", "[1,\"a\",[true]]")]
    [InlineData("[]", "[]")]
    [InlineData("{}", "{}")]
    [InlineData("{a: 1, 'b c': {d: null},}", "{\"a\":1,\"b c\":{\"d\":null}}")]
    [InlineData("{in: 1, true: 2}", "{\"in\":1,\"true\":2}")]
    [InlineData("(1)", "1")]
    public void Literals_say_their_value(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("'it\\'s'", "it's")]
    [InlineData("\"a\\n\\t\\r\\b\\f\\\\\\/\\\"\"", "a\n\t\r\b\f\\/\"")]
    [InlineData("'\\u00e9\\ud83d\\ude00'", "é😀")]
    [InlineData("'\\${x} $ $5 {}'", "${x} $ $5 {}")]
    [InlineData("'a ${1 + 1} b'", "a 2 b")]
    [InlineData("\"${name}, ${order[\"id\"]}\"", "Ada, 7")]
    [InlineData("'${'${'deep'}'}'", "deep")]
    [InlineData("'${none}|${numbers}|${ {a: '}'} }'", "|[3,1,2]|{\"a\":\"}\"}")]
    [InlineData("'two\nlines'", "two\nlines")]
    public void Strings_hold_escapes_and_expressions(string text, string expected) =>
        Assert.Equal(expected, Evaluating.Result(Evaluating.Evaluate(text)).AsString());

    [Theory]
    [InlineData("1 + 2 * 3", "7")]
    [InlineData("(1 + 2) * 3", "9")]
    [InlineData("10 - 4 - 3", "3")]
    [InlineData("100 / 10 / 5", "2")]
    [InlineData("7 % 4 * 2", "6")]
    [InlineData("-2 * -3", "6")]
    [InlineData("- -2", "2")]
    [InlineData("-numbers.length", "-3")]
    [InlineData("!true == false", "true")]
    [InlineData("!(1 == 1)", "false")]
    [InlineData("1 + 1 < 3 == true", "true")]
    [InlineData("1 < 2 && 2 < 3 || false", "true")]
    [InlineData("false && false || true", "true")]
    [InlineData("true || false && false", "true")]
    [InlineData("none ?? false || true", "true")]
    [InlineData("none ?? none ?? 3", "3")]
    [InlineData("none ?? 1 ? 'a' : 'b'", "\"a\"")]
    [InlineData("true ? 1 : false ? 2 : 3", "1")]
    [InlineData("false ? 1 : false ? 2 : 3", "3")]
    [InlineData("true ? false ? 1 : 2 : 3", "2")]
    [InlineData("2 in numbers == true", "true")]
    [InlineData("1 + 1 in numbers", "true")]
    [InlineData("true == 2 > 1", "true")]
    public void Operators_bind_by_their_precedence(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("0.1 + 0.2 == 0.3", "true")]
    [InlineData("0.1 + 0.2", "0.3")]
    [InlineData("amount * 2", "25.00")]
    [InlineData("10 / 4", "2.5")]
    [InlineData("10 / 3", "3.3333333333333333333333333333")]
    [InlineData("-7 % 3", "-1")]
    [InlineData("79228162514264337593543950335 + 1", "7.922816251426434E+28")]
    [InlineData("4e28 * 4", "1.6E+29")]
    [InlineData("big + 1 == big", "true")]
    [InlineData("big / big", "1")]
    [InlineData("-big < 0", "true")]
    [InlineData("tiny * tiny > 0", "true")]
    [InlineData("tiny < 0.1 && tiny > 0", "true")]
    [InlineData("1e-20 / 10 > 0", "true")]
    [InlineData("9e27 % 7", "5")]
    public void Arithmetic_is_exact_as_long_as_a_decimal_has_room(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("'a' + 'b'", "\"ab\"")]
    [InlineData("'Total: ' + amount", "\"Total: 12.50\"")]
    [InlineData("1 + '1'", "\"11\"")]
    [InlineData("'a' + true + null", "\"atrue\"")]
    [InlineData("1 + 2 + 'x'", "\"3x\"")]
    public void Plus_joins_text_with_any_scalar(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("1 == 1.0", "true")]
    [InlineData("1 == '1'", "false")]
    [InlineData("null == none", "true")]
    [InlineData("none == false", "false")]
    [InlineData("[1, {a: [2]}] == [1.0, {a: [2]}]", "true")]
    [InlineData("[1, 2] == [1]", "false")]
    [InlineData("[1, 2] == [2, 1]", "false")]
    [InlineData("{a: 1, b: 2} == {b: 2, a: 1}", "true")]
    [InlineData("{a: 1} == {b: 1}", "false")]
    [InlineData("{a: 1} == {a: 2}", "false")]
    [InlineData("{a: 1} != {a: 1, b: 2}", "true")]
    [InlineData("'a' != 'b'", "true")]
    [InlineData("1 < 2", "true")]
    [InlineData("2 <= 2", "true")]
    [InlineData("2 > 2", "false")]
    [InlineData("2 >= 2.0", "true")]
    [InlineData("'a' < 'b'", "true")]
    [InlineData("'B' < 'a'", "true")]
    [InlineData("'a' < 'aa'", "true")]
    [InlineData("2026-01-15 < 2026-02-01", "true")]
    [InlineData("now() >= 2026-01-15T10:30:00Z", "true")]
    [InlineData("big > 1 && 1 < big", "true")]
    [InlineData("'da' in name", "true")]
    [InlineData("'' in name", "true")]
    [InlineData("'id' in order", "true")]
    [InlineData("'x' in order", "false")]
    [InlineData("{name: 'z'} in [{name: 'z'}]", "true")]
    [InlineData("1 in none", "false")]
    public void Comparisons_look_at_the_whole_value(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("name && 1", "true")]
    [InlineData("empty || zero", "false")]
    [InlineData("!no_items", "true")]
    [InlineData("!no_members", "true")]
    [InlineData("!none", "true")]
    [InlineData("!'false'", "false")]
    [InlineData("false && 1 / 0", "false")]
    [InlineData("true || 1 / 0", "true")]
    [InlineData("1 ?? 1 / 0", "1")]
    [InlineData("true ? 1 : 1 / 0", "1")]
    [InlineData("false ? 1 / 0 : 2", "2")]
    [InlineData("zero ?? 5", "0")]
    public void Logic_goes_by_truth_and_reads_no_more_than_it_needs(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("order.id", "7")]
    [InlineData("order.nothing", "null")]
    [InlineData("unknown", "null")]
    [InlineData("unknown.member.other", "null")]
    [InlineData("none.lower()", "null")]
    [InlineData("none[0]", "null")]
    [InlineData("none['a']", "null")]
    [InlineData("order['a b']", "1")]
    [InlineData("order['nothing']", "null")]
    [InlineData("order.lines[0].sku", "\"x\"")]
    [InlineData("numbers[0]", "3")]
    [InlineData("numbers[-1]", "2")]
    [InlineData("numbers[3]", "null")]
    [InlineData("numbers[-4]", "null")]
    [InlineData("numbers[1.0]", "1")]
    [InlineData("numbers[9e27]", "null")]
    [InlineData("shadow.length", "\"own\"")]
    [InlineData("shadow.length()", "2")]
    [InlineData("shadow.year", "null")]
    [InlineData("order.length", "3")]
    [InlineData("order.first", "null")]
    [InlineData("{in: 1}.in", "1")]
    [InlineData("[1, 2][1]", "2")]
    public void Members_that_are_not_there_are_null(string text, string json) => Assert.Equal(json, Evaluating.Json(text));

    [Theory]
    [InlineData("1 / 0", EvaluationFault.DivisionByZero, 3)]
    [InlineData("1 % 0.0", EvaluationFault.DivisionByZero, 3)]
    [InlineData("1e308 * 10", EvaluationFault.NumberRange, 7)]
    [InlineData("1 + null", EvaluationFault.TypeMismatch, 3)]
    [InlineData("1 + true", EvaluationFault.TypeMismatch, 3)]
    [InlineData("'a' + []", EvaluationFault.TypeMismatch, 5)]
    [InlineData("numbers + numbers", EvaluationFault.TypeMismatch, 9)]
    [InlineData("'3' * 2", EvaluationFault.TypeMismatch, 5)]
    [InlineData("-name", EvaluationFault.TypeMismatch, 1)]
    [InlineData("1 < 'a'", EvaluationFault.TypeMismatch, 3)]
    [InlineData("none > 0", EvaluationFault.TypeMismatch, 6)]
    [InlineData("1 < 2 < 3", EvaluationFault.TypeMismatch, 7)]
    [InlineData("1 in 'a1'", EvaluationFault.TypeMismatch, 3)]
    [InlineData("1 in 2", EvaluationFault.TypeMismatch, 3)]
    [InlineData("name.first_letter", EvaluationFault.TypeMismatch, 6)]
    [InlineData("items.price", EvaluationFault.TypeMismatch, 7)]
    [InlineData("zero.x", EvaluationFault.TypeMismatch, 6)]
    [InlineData("numbers['a']", EvaluationFault.TypeMismatch, 8)]
    [InlineData("numbers[0.5]", EvaluationFault.TypeMismatch, 8)]
    [InlineData("order[0]", EvaluationFault.TypeMismatch, 6)]
    [InlineData("yes[0]", EvaluationFault.TypeMismatch, 4)]
    [InlineData("[1, 2 / 0]", EvaluationFault.DivisionByZero, 7)]
    [InlineData("{a: 2 / 0}", EvaluationFault.DivisionByZero, 7)]
    [InlineData("'${2 / 0}'", EvaluationFault.DivisionByZero, 6)]
    [InlineData("!(2 / 0)", EvaluationFault.DivisionByZero, 5)]
    [InlineData("2 / 0 ?? 1", EvaluationFault.DivisionByZero, 3)]
    public void Nonsense_is_a_fault_at_its_place(string text, string code, int column)
    {
        var fault = Evaluating.Fault(text);
        Assert.Equal((code, column), (fault.Code, fault.Position.Column));
    }

    [Fact]
    public void A_clock_that_is_not_recorded_is_a_fault()
    {
        var expression = Evaluating.Parse("now()");
        Assert.True(expression.ReadsClock);
        Assert.Equal("2026-01-15T10:30:00Z", Evaluating.Result(expression.Evaluate(Evaluating.Scope.With("x", 1))).AsString());
        Assert.False(expression.Evaluate(Scope.Empty).Succeeded(out _, out var fault));
        Assert.Equal(EvaluationFault.NoClock, fault.Code);
    }

    [Fact]
    public void An_inner_scope_hides_the_outer_one()
    {
        var scope = Evaluating.Scope.With("name", "Eve").With("other", 1);
        Assert.Equal("""["Eve",1,0]""", Evaluating.Result(Evaluating.Parse("[name, other, zero]").Evaluate(scope)).ToJson());
    }

    [Fact]
    public void Free_names_are_those_read_from_the_scope()
    {
        var expression = Evaluating.Parse("a.b + items.map(x => x.price * rate + items2.map(x => x)[0])[c] + '${d}' + x + {e: 1}.e + length(f)");
        Assert.Equal(["a", "items", "rate", "items2", "c", "d", "x", "f"], expression.FreeNames);
        Assert.False(expression.ReadsClock);
    }
}
