using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

/// <summary>What <c>docs/expressions.md</c> says is so.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "expressions.md"));

    private static readonly Scope Scope = Scope.From(Value.FromJson(Blocks("scope").Single()).Members, Evaluating.Now);

    public static TheoryData<string, string> Examples => Lines("examples");

    public static TheoryData<string, string> Templates => Lines("templates");

    [Theory]
    [MemberData(nameof(Examples))]
    public void Every_example_has_the_value_it_shows(string text, string json) =>
        Assert.Equal(Value.FromJson(json), Evaluating.Result(Evaluating.Parse(text).Evaluate(Scope)));

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_template_shows_what_it_says(string text, string json)
    {
        Assert.True(Template.TryParse(text, out var template, out _));
        Assert.Equal(Value.FromJson(json), Evaluating.Result(template.Render(Scope)));
    }

    [Fact]
    public void Every_function_has_an_example()
    {
        var examples = string.Join('\n', Blocks("examples"));
        Assert.Empty(Functions.Names.Where(name => !Regex.IsMatch(examples, $@"\.{name}\b")));
    }

    [Fact]
    public void Every_code_of_a_fault_is_listed()
    {
        var codes = typeof(EvaluationFault).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).ToList();
        Assert.Equal(8, codes.Count);
        Assert.All(codes, code => Assert.Contains($"`{code}`", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_type_is_listed()
    {
        Assert.All(ScalarType.ByName.Keys, name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_limits_are_the_defaults()
    {
        var limits = Limits.Default;
        Assert.All(
            new[] { limits.ExpressionLength, limits.TemplateLength, limits.Steps, limits.Size, limits.Nesting, limits.Chain, limits.ValueDepth },
            limit => Assert.Matches($@"[^\d,]{limit:N0}[^\d,]", Page));
    }

    private static TheoryData<string, string> Lines(string kind)
    {
        var lines = Blocks(kind).SelectMany(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.NotEmpty(lines);
        return [.. lines.Select(line => line.Split('→')).Select(parts => (parts[0].TrimEnd(), parts[1].Trim()))];
    }

    private static IEnumerable<string> Blocks(string kind) =>
        Fence.Matches(Page).Where(block => block.Groups[1].Value == kind).Select(block => block.Groups[2].Value);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ScaiGrid.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }

    [GeneratedRegex("^```([a-z]+)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence { get; }
}
