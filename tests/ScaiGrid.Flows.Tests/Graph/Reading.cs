using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Graph;

/// <summary>Short words for the tests: flows of a few nodes, and diagnostics as <c>code path</c>.</summary>
internal static class Reading
{
    /// <summary>A whole flow of these nodes and edges; further members of the root come last.</summary>
    public static Value Flow(string nodes, string edges = "", string more = "") => Value.FromJson(
        $$"""{"id": "flow_1", "name": "Test", "version": "1.0.0", "nodes": [{{nodes}}], "edges": [{{edges}}]{{(more.Length == 0 ? "" : ", " + more)}}}""");

    public static FlowGraph Valid(Value content)
    {
        var reading = FlowReader.Read(content);
        Assert.True(reading.Succeeded(out var graph), string.Join('\n', reading.Diagnostics));
        return graph;
    }

    public static GraphNode Node(string node) => Valid(Flow(node)).Nodes[0];

    public static string[] Faults(Value content) => [.. FlowReader.Read(content).Diagnostics.Select(d => $"{d.Code} {d.Path}".TrimEnd())];
}
