// How long it takes to compile a flow, and how that grows with its size. Prints a table.
using System.Diagnostics;
using System.Globalization;
using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Perf.Compile;

const int LeastRounds = 15, Milliseconds = 3_000;

int[] sizes = [100, 1_000, 10_000];
var rows = sizes.Select(Measure).ToArray();
var thousand = rows.Single(row => row.Nodes == 1_000);
Console.WriteLine("## Compiling a flow: analysis, manifest, check\n");
Console.WriteLine("| nodes | edges | manifest KB | fastest ms | × 1,000 nodes | median ms | × 1,000 nodes | CPU ms | × 1,000 nodes | MB allocated | paused ms | gen 2 | import ms |");
Console.WriteLine("|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
foreach (var row in rows)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"| {row.Nodes:N0} | {row.Edges:N0} | {row.Kilobytes:N0} | {row.Fastest:F1} | {row.Fastest / thousand.Fastest:F1} | {row.Median:F1} | {row.Median / thousand.Median:F1} | {row.Cpu:F1} | {row.Cpu / thousand.Cpu:F1} | {row.Allocated:F1} | {row.Paused:F1} | {row.Full:F1} | {row.Import:F0} |"));
}

static Row Measure(int nodes)
{
    var flow = LargeFlow.Of(nodes);
    var yaml = Compile(flow);
    var warmUp = Stopwatch.StartNew();
    while (warmUp.ElapsedMilliseconds < 2_000)
    {
        Compile(flow);
    }

    var times = new List<double>();
    var allocated = GC.GetTotalAllocatedBytes(precise: true);
    var (paused, full) = (GC.GetTotalPauseDuration(), GC.CollectionCount(2));
    var cpu = Environment.CpuUsage.TotalTime;
    var whole = Stopwatch.StartNew();
    while (times.Count < LeastRounds || whole.ElapsedMilliseconds < Milliseconds)
    {
        var watch = Stopwatch.StartNew();
        Compile(flow);
        times.Add(watch.Elapsed.TotalMilliseconds);
    }

    cpu = (Environment.CpuUsage.TotalTime - cpu) / times.Count;
    allocated = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / times.Count;
    paused = (GC.GetTotalPauseDuration() - paused) / times.Count;
    var fulls = (double)(GC.CollectionCount(2) - full) / times.Count;
    times.Sort();
    var import = Stopwatch.StartNew();
    if (!FlowImport.Import(yaml).Succeeded(out var content) || content != flow)
    {
        throw new InvalidOperationException("The import is not the flow.");
    }

    return new(
        flow["nodes"].Items.Count, flow["edges"].Items.Count, yaml.Length / 1024, times[0], times[times.Count / 2], cpu.TotalMilliseconds,
        allocated / 1048576.0, paused.TotalMilliseconds, fulls, import.Elapsed.TotalMilliseconds);
}

static string Compile(Value flow)
{
    var compilation = FlowCompiler.Compile(flow);
    return compilation.Succeeded(out var compiled)
        ? compiled.Yaml
        : throw new InvalidOperationException(string.Join('\n', compilation.Diagnostics));
}

internal sealed record Row(int Nodes, int Edges, int Kilobytes, double Fastest, double Median, double Cpu, double Allocated, double Paused, double Full, double Import);
