using System.Text.RegularExpressions;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Graph.Analysis;
using ScaiGrid.Flows.Graph.Nodes;
using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Graph;

/// <summary>What <c>docs/flows.md</c> says is so.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/flows.md"));

    public static TheoryData<string> Samples => [.. Fence().Matches(Page).Select(block => block.Groups[1].Value)];

    public static TheoryData<string> Kinds => [.. NodeShapes.All.Select(shape => shape.Name)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_is_a_sound_flow_that_compiles(string sample)
    {
        var compiled = FlowCompiler.Compile(Value.FromJson(sample));

        Assert.Empty(compiled.Diagnostics);
        Assert.True(compiled.Succeeded(out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_is_listed_with_its_settings_and_defaults(string kind)
    {
        var row = Page.Split('\n').Single(line => line.StartsWith($"| `{kind}` |", StringComparison.Ordinal));
        var borrowed = Regex.Matches(row, "`(llm_flexible|checkpoint|config.bunker)`").Select(match => match.Value).ToList();
        var rows = row + string.Concat(borrowed.Select(name => Page.Split('\n').SingleOrDefault(line => line.StartsWith($"| {name} |", StringComparison.Ordinal))));

        Assert.All(NodeShapes.Find(kind)!.Settings.Where(setting => setting.Name != "model"), setting =>
        {
            Assert.Contains($"`{setting.Name}`", rows, StringComparison.Ordinal);
            Assert.True(!setting.IsRequired || rows.Contains($"**`{setting.Name}`**", StringComparison.Ordinal), setting.Name);
            Assert.True(setting.Shape.Default.IsNull || Regex.IsMatch(rows, $@"`{setting.Name}`\W* \(`?{Regex.Escape(setting.Shape.Default.ToText())}`?\)"), $"{setting.Name} = {setting.Shape.Default}");
        });
    }

    [Fact]
    public void Every_code_is_listed_and_no_other()
    {
        var codes = typeof(FlowCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToList();

        Assert.Equal(codes.Order(), Regex.Matches(Page, @"`(FL\d+)`").Select(match => match.Groups[1].Value).Distinct().Order());
        Assert.Equal(codes.Count, codes.Distinct().Count());
    }

    [Fact]
    public void The_members_of_a_flow_are_listed()
    {
        Assert.All(FlowShape.Flow.Fields, field => Assert.Contains($"`{field.Name}`", Page, StringComparison.Ordinal));
        Assert.All(FlowShape.Flow.Fields.Single(field => field.Name == "config").Shape.Fields, field => Assert.Contains($"`{field.Name}`", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_limits_are_those_of_the_code()
    {
        Assert.Contains($"{FlowShape.MostNodes:N0} and {FlowShape.MostEdges:N0}", Page, StringComparison.Ordinal);
        Assert.Contains($"at most {FlowReader.MostLevels} levels", Page, StringComparison.Ordinal);
        Assert.Contains($"at most {ControlFlowBuilder.MostNesting} deep", Page, StringComparison.Ordinal);
        Assert.Contains($"first {ShapeWalk.MostDiagnostics:N0} are told", Page, StringComparison.Ordinal);
    }

    [GeneratedRegex("^```flow\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
