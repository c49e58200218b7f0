using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access.Bootstrap;

namespace ScaiGrid.Server.Tests.Access.Bootstrap;

public sealed class BootstrapYamlTests
{
    [Fact]
    public void Nodes_know_their_lines()
    {
        var root = Read("a: 1\nb:\n  - x\n  - { c: y }\n");

        Assert.Equal(1, root.Members["a"].Line);
        var items = Assert.IsType<SequenceNode>(root.Members["b"]).Items;
        Assert.Equal([3, 4], items.Select(i => i.Line));
    }

    [Theory]
    [InlineData("a: ${NAME}", "Ada")]
    [InlineData("a: x-${NAME}-${OTHER}", "x-Ada-B: [1")]
    [InlineData("a: '${OTHER}'", "B: [1")]
    [InlineData("{ a: ${NAME}, b: 2 }", "Ada")]
    [InlineData("a: $NAME", "$NAME")]
    [InlineData("a: ${1}", "${1}")]
    public void A_variable_stands_for_text_wherever_it_is_written(string yaml, string expected) =>
        Assert.Equal(expected, Assert.IsType<ScalarNode>(Read(yaml).Members["a"]).Text);

    [Fact]
    public void What_a_variable_holds_is_never_read_as_yaml() =>
        Assert.Equal("true", YamlJson.From(Read("a: ${TRUE}"))["a"].AsString());

    [Theory]
    [InlineData("a: 1\nb: ${MISSING}\nc: ${GONE}", "line 2: b: the environment variable MISSING is not set", "line 3: c: the environment variable GONE is not set")]
    [InlineData("a: 1\na: 2", "line 2: a: is given twice")]
    [InlineData("a: &x 1\nb: *x", "line 1: a: uses an anchor, an alias or a tag, which are not accepted here", "line 2: b: uses an anchor, an alias or a tag, which are not accepted here")]
    [InlineData("a: !!str 1", "line 1: a: uses an anchor, an alias or a tag, which are not accepted here")]
    [InlineData("- 1", "line 1: must be a mapping of sections")]
    [InlineData("a: 1\n---\nb: 2", "line 2: begins a second document; the file is one")]
    [InlineData("a: \uE000", "line 1: has a character of Unicode's private use area, which is not accepted here")]
    public void Faults_are_named_by_line(string yaml, params string[] expected) => Assert.Equal(expected, FaultsOf(yaml));

    [Theory]
    [InlineData("a: [1, 2", 2)]
    [InlineData("a: 1\n  b: 2", 2)]
    [InlineData("a: 1\nb: \"x", 2)]
    [InlineData("? [a]\n: 1", 1)]
    public void What_is_not_yaml_is_refused_with_a_line(string yaml, int line)
    {
        var fault = Assert.Single(FaultsOf(yaml));
        Assert.Matches($@"^line {line}\d*: is not YAML: ", fault);
    }

    [Fact]
    public void Nesting_is_bounded() =>
        Assert.Contains("nests deeper than", Assert.Single(FaultsOf("a: " + new string('[', 100) + new string(']', 100))), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    public void An_empty_file_has_nothing_wrong_with_it(string yaml) => Assert.Empty(FaultsOf(yaml));

    [Theory]
    [InlineData("a: ~", "null")]
    [InlineData("a:", "null")]
    [InlineData("a: true", "true")]
    [InlineData("a: 12", "12")]
    [InlineData("a: -0.5", "-0.5")]
    [InlineData("a: 1e3", "1000")]
    [InlineData("a: '12'", "\"12\"")]
    [InlineData("a: 1.2.3", "\"1.2.3\"")]
    [InlineData("a: [1, x, { y: null }]", "[1,\"x\",{\"y\":null}]")]
    public void Plain_values_are_json_by_the_core_schema(string yaml, string json) =>
        Assert.Equal(Value.FromJson(json), YamlJson.From(Read(yaml))["a"]);

    private static MappingNode Read(string yaml)
    {
        var faults = new List<BootstrapFault>();
        var root = BootstrapYaml.Read(yaml, Environment, faults);
        Assert.Empty(faults);
        return root!;
    }

    private static string[] FaultsOf(string yaml)
    {
        var faults = new List<BootstrapFault>();
        BootstrapYaml.Read(yaml, Environment, faults);
        return [.. faults.Select(f => f.ToString())];
    }

    private static string? Environment(string name) => name switch
    {
        "NAME" => "Ada",
        "OTHER" => "B: [1",
        "TRUE" => "true",
        _ => null,
    };
}
