using System.Globalization;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Packages;

namespace ScaiGrid.Flows.Tests.Packages;

/// <summary>RFC 8785, with its own examples.</summary>
public sealed class CanonicalJsonTests
{
    [Fact]
    public void The_example_of_the_standard_comes_out_as_the_standard_says()
    {
        const string json = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """;

        Assert.Equal(
            """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""",
            CanonicalJson.Write(Value.FromJson(json.Replace("333333333.33333329", "333333333.3333333", StringComparison.Ordinal))));
    }

    [Fact]
    public void Names_are_sorted_by_their_utf_16_units()
    {
        const string json = """{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}""";

        Assert.Equal("{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}", CanonicalJson.Write(Value.FromJson(json)));
    }

    [Theory] // bits and text are those of the standard's appendix B
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0xffefffffffffffff, "-1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    [InlineData(0x43143ff3c1cb0959, "1424953923781206.2")]
    public void Numbers_are_written_as_ecmascript_writes_them(ulong bits, string text) =>
        Assert.Equal(text, CanonicalJson.Write(Value.From(BitConverter.UInt64BitsToDouble(bits))));

    [Fact]
    public void Every_double_survives() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll<double>(number =>
        {
            if (!double.IsFinite(number))
            {
                return true;
            }

            var text = CanonicalJson.Write(Value.From(number));
            return CanonicalNumber.IsExact(text) && double.Parse(text, CultureInfo.InvariantCulture) == number && CanonicalJson.Write(Value.FromJson(text)) == text;
        }));

    [Theory]
    [InlineData("1", true)]
    [InlineData("1.0", true)]
    [InlineData("-0.0", true)]
    [InlineData("0e999999999999", true)]
    [InlineData("100e-2", true)]
    [InlineData("0.1", true)]
    [InlineData("9007199254740992", true)]
    [InlineData("9007199254740993", false)]
    [InlineData("12345678901234567890", false)]
    [InlineData("0.1000000000000000055511151231257827", false)]
    [InlineData("1.00000000000000000000000000000000000000000001", false)]
    [InlineData("79228162514264337593543950337", false)]
    [InlineData("1e400", false)]
    [InlineData("1e-400", false)]
    [InlineData("1e-99999999999", false)]
    public void Numbers_that_would_be_rounded_are_known(string json, bool exact) => Assert.Equal(exact, CanonicalNumber.IsExact(json));

    [Fact]
    public void Lost_precision_is_found_wherever_it_hides()
    {
        using var document = JsonDocument.Parse("""{"a": 1.5, "nodes": [{"config": {"seed": 9007199254740993}}, {"x": [0, 1e400]}]}""");

        Assert.Equal(["nodes[0].config.seed", "nodes[1].x[1]"], NumberPrecision.LostIn(document.RootElement));
        Assert.Equal(["nodes[0].config.seed"], NumberPrecision.LostIn(document.RootElement, most: 1));
    }

    [Fact]
    public void Long_texts_full_of_quotes_cost_no_more_than_others()
    {
        var text = new string('"', 2_000_000);

        Assert.Equal(4_000_002, CanonicalJson.WriteUtf8(text).Length);
    }

    [Fact]
    public void Nothing_but_what_must_be_is_escaped() =>
        Assert.Equal("\"\u007f\u2028\u00ad👋\ue000<>&'\"", Encoding.UTF8.GetString(CanonicalJson.WriteUtf8("\u007f\u2028\u00ad👋\ue000<>&'").Span));
}
