using System.Globalization;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Compile;

/// <summary>Flows of every kind with the manifests they become, and broken ones with what is said of them.</summary>
public class CorpusTests
{
    private const string Folder = "tests/ScaiGrid.Flows.Tests/Compile/Corpus";

    public static TheoryData<string> Names => [.. All()];

    public static TheoryData<string> Valid => [.. All().Where(name => !name.StartsWith("broken-", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flow_compiles_to_what_it_always_did(string name)
    {
        var compilation = FlowCompiler.Compile(Read(name));

        var isBroken = name.StartsWith("broken-", StringComparison.Ordinal);
        Assert.True(compilation.Succeeded(out var flow) != isBroken, string.Join('\n', compilation.Diagnostics));
        if (isBroken || compilation.Diagnostics.Count > 0)
        {
            Golden.Verify($"{Folder}/{name}.diagnostics.txt", string.Concat(compilation.Diagnostics.Select(d => $"{d}\n")));
        }

        if (flow is not null)
        {
            Golden.Verify($"{Folder}/{name}.manifest.yaml", flow.Yaml);
        }
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void What_is_compiled_reads_back_without_a_fault(string name)
    {
        var flow = Compiled(name);
        var reading = ManifestReader.Read(flow.Yaml);

        Assert.True(reading.Succeeded(out var manifest), string.Join('\n', reading.Diagnostics));
        Assert.Equal(flow.Manifest.Digest, manifest.Digest);
        Assert.DoesNotContain(reading.Diagnostics, d => d.Code == ManifestCodes.UnknownKey && d.Path.Contains(".steps[", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void What_is_compiled_gives_its_flow_back_value_for_value(string name)
    {
        var imported = FlowImport.Import(Compiled(name).Yaml);

        Assert.Empty(imported.Diagnostics);
        Assert.Equal(Read(name), imported.Content);
    }

    [Theory]
    [MemberData(nameof(Valid))]
    public void What_a_node_is_set_to_is_written_once_for_each_flow_it_is_in(string name)
    {
        var flow = Compiled(name);
        var graph = flow.Manifest.Meta["graph"]["nodes"].Items;

        foreach (var node in flow.Graph.Nodes.Where(node => flow.Yaml.Contains($"node_id: {node.Id}\n", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("config", graph[node.Index].Members.Keys.Where(key => node.Source[key].Kind == ValueKind.Object));
        }
    }

    [Theory]
    [InlineData(",", ".", "-", "yyyy/MM/dd")]
    [InlineData("٫", "٬", "؜-", "dd-MM-yyyy")]
    [InlineData("·", " ", "~", "MMM")]
    public void The_bytes_are_the_same_in_every_culture(string separator, string groups, string minus, string date)
    {
        var before = All().Select(name => FlowCompiler.Compile(Read(name)).Flow?.Yaml).ToArray();
        var here = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = Strange(separator, groups, minus, date);
            Assert.Equal(before, All().Select(name => FlowCompiler.Compile(Read(name)).Flow?.Yaml));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    [Fact]
    public void The_order_of_keys_and_the_way_a_number_is_written_do_not_change_what_runs()
    {
        var flow = Read("llm-kinds");
        var turned = Value.Object(flow.Members.Reverse());

        Assert.True(FlowCompiler.Compile(turned).Succeeded(out var compiled));
        Assert.Equal(Compiled("llm-kinds").Manifest.Digest, compiled.Manifest.Digest);
    }

    [Theory]
    [InlineData("configured")]
    [InlineData("parallel")]
    [InlineData("nested-loops")]
    [InlineData("entries")]
    public void The_text_for_people_says_what_runs(string name) =>
        Golden.Verify($"{Folder}/{name}.scai", FlowText.Write(Compiled(name)));

    [Theory]
    [MemberData(nameof(Valid))]
    public void Every_flow_has_a_text_for_people(string name)
    {
        var flow = Compiled(name);
        var text = FlowText.Write(flow);

        Assert.Equal(text.Count(c => c == '{'), text.Count(c => c == '}'));
        Assert.All(flow.Manifest.Flows.SelectMany(f => f.Steps), step => Assert.Contains($"  {step.Head.Id}: ", text, StringComparison.Ordinal));
    }

    private static CompiledFlow Compiled(string name)
    {
        var compilation = FlowCompiler.Compile(Read(name));
        Assert.True(compilation.Succeeded(out var flow), string.Join('\n', compilation.Diagnostics));
        return flow;
    }

    private static Value Read(string name) => Value.FromJson(File.ReadAllText(Path.Combine(Repository.Root, Folder, $"{name}.flow.json")));

    private static IEnumerable<string> All() => Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder), "*.flow.json")
        .Select(file => Path.GetFileName(file)[..^".flow.json".Length])
        .Order(StringComparer.Ordinal);

    /// <summary>Cultures of the operating system are switched off in every program of ours; what they change is not.</summary>
    private static CultureInfo Strange(string separator, string groups, string minus, string date)
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = separator;
        culture.NumberFormat.NumberGroupSeparator = groups;
        culture.NumberFormat.NegativeSign = minus;
        culture.DateTimeFormat.ShortDatePattern = date;
        return culture;
    }
}
