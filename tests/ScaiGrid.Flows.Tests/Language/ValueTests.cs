using System.Text.Json;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

public sealed class ValueTests
{
    [Fact]
    public void A_value_survives_JSON() => Generated.ForAll(Generated.AnyValue, value =>
    {
        var again = Value.FromJson(value.ToJson());
        Assert.Equal(value, again);
        Assert.Equal(value.ToJson(), again.ToJson());
    });

    [Fact]
    public void Equal_values_hash_alike() => Generated.ForAll(Gen.Two(Generated.AnyValue), pair =>
    {
        var (a, b) = pair;
        Assert.True(a.Equals(a) && a == Value.FromJson(a.ToJson()));
        Assert.Equal(a == b, b == a);
        Assert.True(a != b || a.GetHashCode() == b.GetHashCode());
        Assert.Equal(a.GetHashCode(), Value.FromJson(a.ToJson()).GetHashCode());
    });

    [Theory]
    [InlineData("""{"a":1,"b":[null,"x"]}""", """{ "a": 1, "b": [null, "x"] }""", true)]
    [InlineData("""{"a":1,"b":2}""", """{"b":2,"a":1}""", false)]
    [InlineData("""[{"a":{"b":1,"c":2}}]""", """[{"a":{"c":2,"b":1}}]""", false)]
    [InlineData("1", "1.0", false)]
    [InlineData("null", "\"\"", false)]
    [InlineData("null", "null", true)]
    public void Values_are_written_alike_when_their_text_is_the_same(string left, string right, bool alike)
    {
        Assert.Equal(alike, Value.FromJson(left).IsWrittenLike(Value.FromJson(right)));
        Assert.True(Value.FromJson(left) is var same && same.IsWrittenLike(same));
    }

    [Fact]
    public void A_number_with_more_zeros_is_the_same_number() => Generated.ForAll(Generated.Number, number =>
    {
        if (number.TryGetDecimal(out var exact) && Math.Abs(exact) < 1000 && decimal.Round(exact, 8) == exact)
        {
            Value padded = exact + 0.0000000000000000000000m;
            Assert.Equal(number, padded);
            Assert.Equal(number.GetHashCode(), padded.GetHashCode());
        }
    });

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(1000)]
    public void The_later_of_two_members_wins_in_the_place_of_the_first(int count)
    {
        var names = Enumerable.Range(0, count).Select(i => $"m{i}").ToList();
        var members = ObjectValue.From(names.Concat(names).Select((name, i) => KeyValuePair.Create(name, (Value)i)));
        Assert.Equal(names, members.Keys);
        Assert.Equal(Enumerable.Range(count, count).Select(i => (Value)i), names.Select(name => ((Value)members)[name]));
        Assert.False(members.TryGetValue("m", out _));
        Assert.Equal(members, ObjectValue.From(members.Reverse()));
    }

    [Fact]
    public void The_order_of_members_does_not_count() => Generated.ForAll(Generated.AnyValue, value =>
    {
        var members = value.Members.Reverse().ToArray();
        Assert.Equal(Value.Object(value.Members), Value.Object(members));
        Assert.Equal(Value.Object(value.Members).GetHashCode(), Value.Object(members).GetHashCode());
    });

    [Theory]
    [InlineData("0.1", "0.1")]
    [InlineData("1.10", "1.10")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    [InlineData("1e-28", "1E-28")]
    [InlineData("0.000000001", "0.000000001")]
    [InlineData("123456789012345678901234567890123", "1.2345678901234569E+32")]
    [InlineData("-0", "0")]
    [InlineData("79228162514264337593543950336", "7.922816251426434E+28")]
    [InlineData("0.0000000009", "9E-10")]
    public void Numbers_keep_what_they_say(string json, string expected) => Assert.Equal(expected, Value.FromJson(json).ToJson());

    [Theory]
    [InlineData(0.30000000000000004, "0.30000000000000004")]
    [InlineData(1e15, "1000000000000000")]
    [InlineData(1e-300, "1E-300")]
    [InlineData(-1.5, "-1.5")]
    public void A_double_keeps_all_its_digits(double number, string json) => Assert.Equal(json, Value.From(number).ToJson());

    [Theory]
    [InlineData("1e999")]
    [InlineData("[-1e999]")]
    [InlineData("\"\\ud800\"")]
    [InlineData("{\"\\udc00\": 1}")]
    [InlineData("{")]
    public void JSON_that_no_value_can_hold_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Value.FromJson(json));

    [Fact]
    public void JSON_may_nest_128_deep()
    {
        Assert.Equal(ValueKind.Array, Value.FromJson(new string('[', 128) + new string(']', 128)).Kind);
        Assert.ThrowsAny<JsonException>(() => Value.FromJson(new string('[', 129) + new string(']', 129)));
    }

    [Fact]
    public void No_number_is_both_a_decimal_and_a_double() => Generated.ForAll(Generated.Number, number =>
    {
        number.TryGetDouble(out var value);
        var isDecimal = number.TryGetDecimal(out var exact);
        Assert.Equal(isDecimal, exact != 0 || value == 0);
        Assert.True(isDecimal ? value == 0 || Math.Abs(exact) >= 1e-9m : Math.Abs(value) is < 1e-9 or >= 79228162514264337593543950336d);
        Assert.Equal(value == 0, !number.IsTruthy);
    });

    [Fact]
    public void Tiny_results_equal_tiny_literals()
    {
        Assert.Equal("true", Evaluating.Json("1 / 10000000000 == 1e-10"));
        Assert.Equal(((Value)1e-10m).GetHashCode(), Value.From(1e-10).GetHashCode());
        Assert.Equal((Value)1e-10m, Value.FromJson("1e-10"));
    }

    [Fact]
    public void A_double_that_is_no_number_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => Value.From(double.NaN));

    [Theory]
    [InlineData("null", "")]
    [InlineData("\"a\"", "a")]
    [InlineData("true", "true")]
    [InlineData("12.50", "12.50")]
    [InlineData("1e40", "1E+40")]
    [InlineData("[1,{\"a\":null}]", "[1,{\"a\":null}]")]
    public void Text_is_what_a_template_shows(string json, string text) => Assert.Equal(text, Value.FromJson(json).ToText());
}
