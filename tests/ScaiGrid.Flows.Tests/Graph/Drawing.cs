using System.Text.RegularExpressions;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Graph;

/// <summary>
/// Flows as lines of text. <c>name: kind {config}</c> is a node; nodes that are only drawn are <c>checkpoint</c>s. Lines such as
/// <c>a -> b</c>, <c>a -body-> b</c> (a port), <c>a ?x > 1? b</c> (a condition) and <c>a ~> b</c> (data) are edges, named e0, e1, ….
/// <c>start</c> is an API entry.
/// </summary>
internal static partial class Drawing
{
    public static Value Flow(string drawing, string more = "")
    {
        var nodes = new Dictionary<string, string>();
        var edges = new List<string>();
        foreach (var line in drawing.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Node().Match(line) is { Success: true } node)
            {
                nodes[node.Groups["id"].Value] = NodeText(node.Groups["id"].Value, node.Groups["kind"].Value, node.Groups["config"].Value);
                continue;
            }

            var edge = Edge().Match(line);
            Assert.True(edge.Success, line);
            foreach (var id in new[] { edge.Groups["from"].Value, edge.Groups["to"].Value })
            {
                nodes.TryAdd(id, NodeText(id, id.StartsWith("start", StringComparison.Ordinal) ? "entry_api" : "checkpoint", ""));
            }

            edges.Add(EdgeText(edge, edges.Count, nodes));
        }

        return Reading.Flow(string.Join(",\n", nodes.Values), string.Join(",\n", edges), more);
    }

    public static FlowGraph Graph(string drawing) => Reading.Valid(Flow(drawing));

    /// <summary>The codes and places of everything found.</summary>
    public static string[] Faults(string drawing, string more = "") => Faults(Flow(drawing, more));

    public static string[] Faults(Value content) => [.. FlowAnalysis.Analyse(content).Select(d => $"{d.Code} {d.Path}".TrimEnd())];

    public static string[] Messages(string drawing, string more = "") => [.. FlowAnalysis.Analyse(Flow(drawing, more)).Select(d => d.Message)];

    private static string NodeText(string id, string kind, string config) =>
        $$"""{"id": "{{id}}", "type": "{{kind}}"{{(config.Length == 0 ? "" : $", \"config\": {config}")}}}""";

    private static string EdgeText(Match edge, int number, Dictionary<string, string> nodes)
    {
        var (from, to) = (edge.Groups["from"].Value, edge.Groups["to"].Value);
        var port = edge.Groups["port"] is { Success: true } named ? named.Value
            : nodes[from].Contains("entry_", StringComparison.Ordinal) ? nodes[from].Contains("entry_api", StringComparison.Ordinal) ? "out_request" : "out_tick"
            : nodes[from].Contains("logic_loop", StringComparison.Ordinal) ? "done"
            : "out";
        var condition = edge.Groups["condition"];
        var type = condition.Success ? "conditional" : edge.Groups["data"].Success ? "data" : "sequential";
        var when = condition.Success ? $", \"condition\": {((Value)condition.Value.Trim()).ToJson()}" : "";
        return $$"""{"id": "e{{number}}", "type": "{{type}}", "source": {"node": "{{from}}", "port": "{{port}}"}, "target": {"node": "{{to}}", "port": "in"}{{when}}}""";
    }

    [GeneratedRegex(@"^(?<id>\w+): (?<kind>\w+)( (?<config>\{.*\}))?$")]
    private static partial Regex Node();

    [GeneratedRegex(@"^(?<from>\w+) (->|-(?<port>\w+)->|\?(?<condition>.*)\?|(?<data>~>)) (?<to>\w+)$")]
    private static partial Regex Edge();
}
