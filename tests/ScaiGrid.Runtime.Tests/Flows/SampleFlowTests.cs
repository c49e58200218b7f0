using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime.Testing;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>The flows in <c>samples/flows</c> compile without a word said against them, and do what their own tests say.</summary>
public class SampleFlowTests
{
    public static TheoryData<string> Samples =>
        [.. Directory.GetFiles(Path.Combine(Golden.Root, "samples/flows"), "*.flow.json").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Samples))]
    public void A_sample_compiles_without_diagnostics(string file)
    {
        var compilation = FlowCompiler.Compile(Read(file));

        Assert.Empty(compilation.Diagnostics);
        Assert.True(compilation.Succeeded(out _));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_does_what_its_tests_say(string file)
    {
        Assert.True(FlowCompiler.Compile(Read(file)).Succeeded(out var flow));

        Assert.True(Program.TryLoad(flow.Manifest, out var program, out _));
        Assert.NotEmpty(flow.Graph.Tests);
        foreach (var test in flow.Graph.Tests)
        {
            var result = await FlowTestRunner.RunAsync(flow, program, test, new TestClock(), TestContext.Current.CancellationToken);
            Assert.True(result.Passed, $"{test.Name}: {string.Join('\n', result.Failures)}");
        }
    }

    private static Value Read(string file) => Value.FromJson(File.ReadAllText(Path.Combine(Golden.Root, "samples/flows", file)));
}
