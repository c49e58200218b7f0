using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

public class ManifestTextTests
{
    [Theory]
    [InlineData("~", "null")]
    [InlineData("null", "null")]
    [InlineData("", "null")]
    [InlineData("true", "true")]
    [InlineData("False", "false")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("12", "12")]
    [InlineData("-12", "-12")]
    [InlineData("+1", "1")]
    [InlineData("0012", "12")]
    [InlineData("0x1F", "31")]
    [InlineData("0o17", "15")]
    [InlineData("1.50", "1.50")]
    [InlineData("1e3", "1000")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e-1", "-0.05")]
    [InlineData("1e300", "1E+300")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("12:30:45", "\"12:30:45\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("1.0.3", "\"1.0.3\"")]
    [InlineData("\n  -", "[null]")]
    [InlineData("0x", "\"0x\"")]
    [InlineData("'12'", "\"12\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("|\n  a\n  b\n", "\"a\\nb\\n\"")]
    [InlineData(">-\n  a\n  b\n", "\"a b\"")]
    public void A_scalar_means_what_the_core_schema_says(string yaml, string json)
    {
        var faults = new List<Diagnostic>();

        Assert.True(ManifestText.TryParse($"x: {yaml}", faults, out var value, out _), string.Join('\n', faults));

        Assert.Equal(Value.FromJson(json), value["x"]);
        Assert.Equal(Value.FromJson(json).Kind, value["x"].Kind);
    }

    [Theory]
    [InlineData(ManifestCodes.Syntax, 1, "")]
    [InlineData(ManifestCodes.Syntax, 1, "a: [1, 2\nb: 3")]
    [InlineData(ManifestCodes.Syntax, 1, "{\"a\": \"\\ud800\"}")]
    [InlineData(ManifestCodes.Syntax, 1, "a: 1\n\tb: 2")]
    [InlineData(ManifestCodes.Syntax, 1, "{\"a\": 1,, }")]
    [InlineData(ManifestCodes.Anchor, 1, "a: &x 1")]
    [InlineData(ManifestCodes.Anchor, 2, "a: 1\nb: *x")]
    [InlineData(ManifestCodes.Tag, 1, "a: !!str 1")]
    [InlineData(ManifestCodes.Tag, 1, "a: !mine {}")]
    [InlineData(ManifestCodes.MergeKey, 2, "a: 1\n<<: { b: 1 }")]
    [InlineData(ManifestCodes.DuplicateKey, 3, "a: 1\nb: 2\na: 3")]
    [InlineData(ManifestCodes.DuplicateKey, 1, """{"a": 1, "a": 2}""")]
    [InlineData(ManifestCodes.SecondDocument, 2, "a: 1\n---\nb: 2")]
    [InlineData(ManifestCodes.Number, 1, "a: .inf")]
    [InlineData(ManifestCodes.Number, 1, "a: -.Inf")]
    [InlineData(ManifestCodes.Number, 1, "a: .nan")]
    [InlineData(ManifestCodes.Number, 1, "a: 1e999")]
    [InlineData(ManifestCodes.Number, 1, "{\"a\": 1e999}")]
    [InlineData(ManifestCodes.Number, 1, "a: 0xFFFFFFFFFFFFFFFFFF")]
    [InlineData(ManifestCodes.Key, 1, "[1, 2]: x")]
    public void What_is_not_plain_data_is_refused_with_its_line(string code, int line, string yaml)
    {
        var faults = new List<Diagnostic>();

        Assert.False(ManifestText.TryParse(yaml, faults, out _, out _));

        Assert.Equal((code, line), (faults[0].Code, faults[0].Line));
    }

    [Fact]
    public void Every_fault_is_reported()
    {
        var faults = new List<Diagnostic>();

        ManifestText.TryParse("a: &x 1\na: 2\nb: !t 3\n<<: 4\nc: .inf", faults, out _, out _);

        Assert.Equal(
            [ManifestCodes.Anchor, ManifestCodes.DuplicateKey, ManifestCodes.Tag, ManifestCodes.MergeKey, ManifestCodes.Number],
            faults.Select(f => f.Code));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Nesting_is_bounded(int depth, bool accepted)
    {
        var faults = new List<Diagnostic>();
        var yaml = $"{new string('[', depth)}1{new string(']', depth)}";

        Assert.Equal(accepted, ManifestText.TryParse(yaml, faults, out _, out _));
        Assert.Equal(accepted ? [] : [ManifestCodes.TooDeep], faults.Select(f => f.Code));
    }

    [Fact]
    public void Size_is_bounded()
    {
        var faults = new List<Diagnostic>();

        Assert.False(ManifestText.TryParse($"a: {new string('é', (5 * 1024 * 1024) + 1)}", faults, out _, out _));

        Assert.Equal([ManifestCodes.TooLarge], faults.Select(f => f.Code));
    }

    [Fact]
    public void Json_and_yaml_read_as_the_same_value()
    {
        var faults = new List<Diagnostic>();

        ManifestText.TryParse("""{"a": [1, 2.50, "x\/y\u00e9"], "b": null}""", faults, out var json, out var lines);
        ManifestText.TryParse("a: [1, 2.50, x/yé]\nb:", faults, out var yaml, out _);

        Assert.Equal(json, yaml);
        Assert.Null(lines);
        Assert.Empty(faults);
    }

    [Fact]
    public void No_text_crashes_the_reader()
    {
        var alphabet = "{}[]:,-?&*!|>'\"%@`#~ \n\t0.a\\\u0085\ud83d<".ToCharArray();
        var texts = Gen.Elements(alphabet).ListOf().Select(chars => new string([.. chars])).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(texts, text =>
        {
            var reading = ManifestReader.Read(text);
            return reading.Manifest is not null || reading.Diagnostics.Count > 0;
        }));
    }

    [Fact]
    public void No_mutation_of_a_manifest_crashes_the_reader()
    {
        const string Manifest = """
            core:
              name: fuzzed
              model: scaigrid/m
              flows:
                - name: main
                  steps:
                    - { id: a, llm_turn: "Hi {{message}}", output: { x: "enum[a, b]" }, on_failure: { refusal: retry(max = 2) | escalate } }
                    - decision: [ { when: x == 'a', next: c }, { when: "true", next: null } ]
                    - { id: c, foreach: { in: items, steps: [ { checkpoint: { prompt: |
                        ok, timeout: 1h } } ] } }
            """;
        var mutations = (from at in Gen.Choose(0, Manifest.Length - 1)
                         from length in Gen.Choose(0, 12)
                         from text in Gen.Elements("", "\"", "'", "{", "}", "[", "]", ":", "- ", "\n", "\t", "&a", "*a", "!t", "|", ">", "#", "%", "? ", "\0", "\ud800", "9e999")
                         select (at, length, text)).ToArbitrary();

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000), Prop.ForAll(mutations, m =>
        {
            var reading = ManifestReader.Read(Manifest.Remove(m.at, Math.Min(m.length, Manifest.Length - m.at)).Insert(m.at, m.text));
            return reading.Manifest is not null || reading.Diagnostics.Count > 0;
        }));
    }
}
