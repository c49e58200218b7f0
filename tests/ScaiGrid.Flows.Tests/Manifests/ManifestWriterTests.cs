using FsCheck;
using FsCheck.Fluent;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

public class ManifestWriterTests
{
    [Fact]
    public void Known_keys_come_in_their_order_and_unknown_ones_after_them()
    {
        var value = Value.FromJson("""
            {"x": 1, "core": {"extra": true, "flows": [{"steps": [
                {"next": null, "future": [1], "meta": {"node_kind": "llm_rigid", "node_id": "n"}, "rigid": "Hello {{name}}", "id": "a"},
                {"parallel": {"branches": [{"steps": [{"rigid": "x", "id": "b"}], "name": "one"}], "fail_fast": false}},
                {"set": {"z": "1", "a": "2"}}
              ], "trigger": {"type": "api"}, "name": "main"}],
              "name": "test", "description": "two\nlines\n"}}
            """);

        Assert.Equal(
            """
            core:
              name: test
              description: |
                two
                lines
              flows:
                - name: main
                  trigger: { type: api }
                  steps:
                    - id: a
                      rigid: "Hello {{name}}"
                      next: null
                      meta: { node_id: n, node_kind: llm_rigid }
                      future: [1]
                    - parallel:
                        fail_fast: false
                        branches:
                          - name: one
                            steps:
                              - { id: b, rigid: x }
                    - set: { z: "1", a: "2" }
              extra: true
            x: 1

            """, ManifestWriter.Write(value), ignoreLineEndingDifferences: true);
    }

    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("scaigrid/openai/gpt-4o", "scaigrid/openai/gpt-4o")]
    [InlineData("user:eve", "user:eve")]
    [InlineData("true", "\"true\"")]
    [InlineData("Null", "\"Null\"")]
    [InlineData("12", "\"12\"")]
    [InlineData("1.0.3", "\"1.0.3\"")]
    [InlineData("", "\"\"")]
    [InlineData(" a", "\" a\"")]
    [InlineData("a ", "\"a \"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("a:b", "a:b")]
    [InlineData("a:", "\"a:\"")]
    [InlineData("a::b", "\"a::b\"")]
    [InlineData("https://a/b:c", "https://a/b:c")]
    [InlineData("a #b", "\"a #b\"")]
    [InlineData("- a", "\"- a\"")]
    [InlineData("[a]", "\"[a]\"")]
    [InlineData("a, b", "\"a, b\"")]
    [InlineData("\"q\" \\ \t", "\"\\\"q\\\" \\\\ \\t\"")]
    [InlineData("grüß", "\"grüß\"")]
    [InlineData("a\u2028b\u0085", "\"a\\u2028b\\u0085\"")]
    public void Text_is_quoted_only_where_it_must_be(string text, string yaml) =>
        Assert.Equal($"x: {yaml}\n", ManifestWriter.Write(Value.Object([new("x", text)])));

    [Theory]
    [InlineData("a\nb", "x: |-\n  a\n  b\n")]
    [InlineData("a\nb\n", "x: |\n  a\n  b\n")]
    [InlineData("a\n\nb\n\n", "x: |+\n  a\n\n  b\n\n")]
    [InlineData("\na", "x: \"\\na\"\n")]
    [InlineData("a \nb", "x: \"a \\nb\"\n")]
    public void Lines_of_text_stay_lines(string text, string yaml) =>
        Assert.Equal(yaml, ManifestWriter.Write(Value.Object([new("x", text)])));

    [Fact]
    public void What_is_written_reads_back_as_the_same_value() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Objects.ToArbitrary(), value =>
        {
            var yaml = ManifestWriter.Write(value);
            var faults = new List<Diagnostic>();
            Assert.True(ManifestText.TryParse(yaml, faults, out var read, out _), $"{string.Join('\n', faults)}\n{yaml}");
            Assert.True(read == value, $"{value}\n{read}\n{yaml}");
            Assert.Equal(yaml, ManifestWriter.Write(read));
            return CanonicalJson.Write(read) == CanonicalJson.Write(value);
        }));

    [Theory]
    [InlineData("""{"b": 1, "a": [1.0, 2.50, -0.0], "é": null}""", """{"a":[1,2.5,0],"b":1,"é":null}""")]
    [InlineData("""{"a": {"c": true, "B": "x\u0001"}}""", """{"a":{"B":"x\u0001","c":true}}""")]
    [InlineData("[1e300, 100, 1e2]", "[1e+300,100,100]")]
    public void Canonical_json_is_the_same_for_equal_values(string json, string canonical) =>
        Assert.Equal(canonical, CanonicalJson.Write(Value.FromJson(json)));

    private static Gen<string> Texts { get; } = Gen.OneOf(
        Gen.Elements("", "null", "~", "true", "1", "-1.5e3", "0x1", "a: b", "# x", "- x", "? x", "|", ">", "&a", "*a", "!t", "'", "\"", "{", "]", "a\nb",
            "\n", "a\n", "a\n\n", " a\n", "a\tb", "\r\n", "{{ x }}", "%", "@", "`", "---", "...", "é\u00a0", "\u2028", "\ufeff", "👋", "a\\", "\u0000", ".inf", "<<", "=", "12:30"),
        Gen.Elements(" \nab:#-'\"\\{}[],&*!|>%@`~0.\t\ré".ToCharArray()).ListOf().Select(chars => new string([.. chars])),
        Gen.Choose(80, 130).Select(length => new string('w', length)));

    private static Gen<Value> Scalars { get; } = Gen.OneOf(
        Texts.Select(text => (Value)text),
        Gen.Elements<Value>(Value.Null, true, false, 0, -1, 1.50m, 79228162514264337593543950335m, 0.0000001m, Value.From(1e300), Value.From(-2.5e-200)));

    private static Gen<Value> Objects { get; } = Gen.Choose(0, 3).SelectMany(Members);

    private static Gen<string> Keys { get; } = Gen.OneOf(Texts, Gen.Elements("core", "flows", "steps", "name", "rigid", "id", "meta", "set", "parallel", "branches"));

    private static Gen<Value> Members(int depth) =>
        from count in Gen.Choose(0, 4)
        from keys in Keys.ListOf(count)
        from values in Values(depth).ListOf(count)
        select Value.Object(keys.Zip(values, KeyValuePair.Create));

    private static Gen<Value> Values(int depth) => depth == 0
        ? Scalars
        : Gen.OneOf(Scalars, Members(depth - 1), Gen.Choose(0, 4).SelectMany(count => Values(depth - 1).ListOf(count)).Select(items => Value.Array([.. items])));
}
