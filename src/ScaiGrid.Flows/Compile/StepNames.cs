using System.Globalization;
using ScaiGrid.Flows.Graph;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// Names the steps that no node stands for, such as <c>{node}.breakpoint</c>. A node may have such a name itself: the step
/// then gives way.
/// </summary>
internal sealed class StepNames
{
    private const int Longest = 128, Suffix = 24;

    private readonly Dictionary<(string Node, string Part), string> _names = [];
    private readonly HashSet<string> _taken;

    public StepNames(FlowGraph graph) => _taken = graph.Nodes.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);

    /// <summary>Always the same for one part of one node.</summary>
    public string Of(GraphNode node, string part)
    {
        if (!_names.TryGetValue((node.Id, part), out var name))
        {
            _names.Add((node.Id, part), name = Make(node, part));
        }

        return name;
    }

    private string Make(GraphNode node, string part)
    {
        var stem = node.Id.Length > Longest - Suffix ? node.Id[..(Longest - Suffix)] : node.Id;
        var name = $"{stem}.{part}";
        for (var i = 2; !_taken.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}.{part}{i}");
        }

        return name;
    }
}
