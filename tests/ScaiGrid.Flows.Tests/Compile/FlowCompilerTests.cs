using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Flows.Tests.Fuzz;
using ScaiGrid.Flows.Tests.Graph;

namespace ScaiGrid.Flows.Tests.Compile;

public class FlowCompilerTests
{
    [Theory]
    [InlineData("My Flow!", "my-flow")]
    [InlineData("  Łódź — Çà et là  ", "lodz-ca-et-la")]
    [InlineData("Ünïcode №1", "unicode-1")]
    [InlineData("日本", "flow")]
    [InlineData("-- --", "flow")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234567890", "a234567890123456789012345678901234567890123456789012345678901234")]
    public void A_core_is_named_after_its_flow(string name, string core)
    {
        var flow = Compiled(With(Drawing.Flow("start -> a"), "name", name));

        Assert.Equal((core, core), (flow.Manifest.Name, flow.Manifest.Flows[0].Name));
    }

    [Fact]
    public void Each_entry_has_a_flow_with_what_it_leads_to()
    {
        var flow = Compiled(Drawing.Flow("start1 -> a \n start2 -> b \n a -> c \n b -> c"));

        Assert.Equal(["test: a c", "start2: b c"], flow.Manifest.Flows.Select(f => $"{f.Name}: {string.Join(' ', f.Steps.Select(s => s.Head.Id))}"));
    }

    [Fact]
    public void A_decision_that_ends_within_a_loop_ends_the_iteration()
    {
        var flow = Compiled(Drawing.Flow("""
            l: logic_loop {"collection": "[1]"}
            d: logic_decision
            start -> l
            l -body-> d
            d ?item > 1? a
            d ?item > 2? b
            a -> c
            b -> c
            l -> e
            """));

        var loop = Assert.IsType<ForeachStep>(flow.Manifest.Flows[0].Steps[0]);
        var decision = Assert.IsType<DecisionStep>(loop.Steps[0]);
        Assert.Equal(["d", "a", "b", "c"], loop.Steps.Select(step => step.Head.Id).Order(StringComparer.Ordinal).OrderBy(id => id != "d"));
        Assert.Equal(loop.Steps.Count, decision.Head.Next);
        Assert.Equal(["l", "e"], flow.Manifest.Flows[0].Steps.Select(step => step.Head.Id));
    }

    [Theory]
    [InlineData(257, 1)]
    [InlineData(200, 600)]
    public void A_flow_whose_manifest_would_be_too_long_is_refused(int entries, int shared)
    {
        var drawing = string.Join('\n', Enumerable.Range(0, entries).Select(i => $"start{i} -> n0")
            .Concat(Enumerable.Range(0, shared).Select(i => $"n{i} -> n{i + 1}")));
        var compilation = FlowCompiler.Compile(Drawing.Flow(drawing));

        Assert.False(compilation.Succeeded(out _));
        Assert.Equal(["FL301 nodes"], compilation.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => $"{d.Code} {d.Path}"));
    }

    [Fact]
    public void A_flow_whose_manifest_would_be_too_large_is_refused()
    {
        var text = new string('x', 1_000_000);
        var drawing = string.Join('\n', Enumerable.Range(0, 12).Select(i => $$"""n{{i}}: llm_rigid {"template": "{{text}}"}""")) + "\nstart -> n0\n"
            + string.Join('\n', Enumerable.Range(0, 11).Select(i => $"n{i} -> n{i + 1}"));

        Assert.Contains(FlowCompiler.Compile(Drawing.Flow(drawing)).Diagnostics, d => d.Code == CompileCodes.TooLarge);
    }

    [Fact]
    public void A_chain_of_ten_thousand_nodes_needs_no_deep_stack()
    {
        var drawing = "start -> n0\n" + string.Join('\n', Enumerable.Range(0, 9_999).Select(i => $"n{i} -> n{i + 1}"));
        var content = Drawing.Flow(drawing);
        var steps = 0;
        var thread = new Thread(() => steps = Compiled(content).Manifest.Flows[0].Steps.Count, maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.Equal(10_000, steps);
    }

    [Fact]
    public void What_is_mutated_at_random_compiles_or_is_refused_and_nothing_is_thrown()
    {
        var random = new Random(7);
        var mutation = new Mutation(random);
        var flows = Directory.GetFiles(Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/Compile/Corpus"), "*.flow.json")
            .Select(file => Value.FromJson(File.ReadAllText(file))).ToArray();
        var compiled = 0;
        for (var i = 0; i < 1_500; i++)
        {
            var content = mutation.Of(flows[random.Next(flows.Length)], random.Next(1, 4));
            var compilation = FlowCompiler.Compile(content);

            Assert.Equal(compilation.Diagnostics.Any(d => d.Severity == Severity.Error), compilation.Flow is null);
            Assert.DoesNotContain(compilation.Diagnostics, d => d.Code == CompileCodes.InvalidManifest);
            if (compilation.Succeeded(out var flow) && ++compiled % 10 == 0)
            {
                Assert.Equal(content, FlowImport.Import(flow.Yaml).Content);
            }
        }

        Assert.InRange(compiled, 150, 1_350);
    }

    [Fact]
    public void Every_code_is_in_the_reference()
    {
        var reference = File.ReadAllText(Path.Combine(Repository.Root, "docs/compiling.md"));
        var codes = typeof(CompileCodes).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToArray();

        Assert.NotEmpty(codes);
        Assert.All(codes, code => Assert.Contains($"`{code}`", reference, StringComparison.Ordinal));
    }

    private static CompiledFlow Compiled(Value content)
    {
        var compilation = FlowCompiler.Compile(content);
        Assert.True(compilation.Succeeded(out var flow), string.Join('\n', compilation.Diagnostics));
        return flow;
    }

    private static Value With(Value content, string name, Value value) => Value.Object(content.Members.Append(new(name, value)));
}
