using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Tests.Fuzz;

namespace ScaiGrid.Flows.Tests.Graph;

/// <summary>What the reader refuses the published schema refuses, and the other way round; ajv is the one that reads the schema.</summary>
public class FlowSchemaTests
{
    private const int Mutants = 3000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string Corpus = Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/Graph/corpus");

    [Fact]
    public void The_published_schema_is_that_of_the_shapes()
    {
        var schema = SchemaWriter.Write(FlowShape.Flow, FlowSchema.Id, "A flow, schema v2");
        var text = JsonSerializer.Serialize(JsonDocument.Parse(schema.ToJson()), Indented) + "\n";
        Golden.Verify("src/ScaiGrid.Flows/schema/v2.json", text);
        Assert.Equal(FlowSchema.Id, Value.FromJson(Encoding.UTF8.GetString(FlowSchema.Json.Span))["$id"].AsString());
    }

    [Fact]
    public async Task The_schema_and_the_reader_agree_on_every_flow()
    {
        var flows = Files("good").Select(Read).ToList();
        var bad = Files("bad").Select(Read).ToList();
        Assert.All(flows, flow => Assert.Empty(FlowReader.Read(flow).Diagnostics));
        Assert.All(bad, flow => Assert.NotEmpty(FlowReader.Read(flow).Diagnostics));

        var mutation = new Mutation(new(20260401));
        var seeds = flows.ToList();
        flows.AddRange(bad);
        flows.AddRange(Enumerable.Range(0, Mutants).Select(i => mutation.Of(seeds[1 + i % (seeds.Count - 1)], 1 + i % 2)));
        var verdicts = await JudgeAsync(flows);

        Assert.Equal(flows.Count, verdicts.Count);
        var judged = flows.Zip(verdicts, (flow, verdict) => (flow, verdict, faults: FlowReader.Read(flow).Diagnostics)).ToList();
        var apart = judged.Where(flow => flow.verdict == "ok" != (flow.faults.Count == 0)).Select(flow => $"{flow.verdict} / {string.Join(" / ", flow.faults)}");
        Assert.Empty(apart.Take(10));
        Assert.InRange(judged.Count(flow => flow.verdict == "ok"), Mutants / 10, Mutants * 9 / 10);
    }

    /// <summary>ajv's verdicts, one for each flow.</summary>
    private static async Task<IReadOnlyList<string>> JudgeAsync(IReadOnlyList<Value> flows)
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Path.Combine(Repository.Root, "tests/ScaiGrid.Flows.Tests/node");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), "The npm packages are missing: ./build.sh test Flows installs them.");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, "check.mjs"), Path.Combine(Repository.Root, "src/ScaiGrid.Flows/schema/v2.json")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
        })!;
        var (output, errors) = (node.StandardOutput.ReadToEndAsync(ct), node.StandardError.ReadToEndAsync(ct));
        foreach (var flow in flows)
        {
            await node.StandardInput.WriteLineAsync(flow.ToJson().AsMemory(), ct);
        }

        node.StandardInput.Close();
        await node.WaitForExitAsync(ct);
        Assert.True(node.ExitCode == 0, await errors);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Files(string folder) => Directory.GetFiles(Path.Combine(Corpus, folder), "*.json").Order(StringComparer.Ordinal);

    private static Value Read(string file) => Value.FromJson(File.ReadAllText(file));
}
