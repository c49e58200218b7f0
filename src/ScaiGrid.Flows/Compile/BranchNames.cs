using System.Globalization;
using ScaiGrid.Flows.Graph;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// The names of a parallel block's branches, which are the members of its result: the port a branch leaves by, when it has
/// one to itself; else the binding of the node it ends with, so that what follows the block can use that name; else of the
/// node it begins with.
/// </summary>
internal sealed class BranchNames(ControlFlow flow, GraphNode parallel)
{
    private const string DefaultPort = "out";

    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _ports = flow.Branches(parallel)
        .CountBy(branch => branch.Edge!.Source.Port, StringComparer.Ordinal)
        .ToDictionary(StringComparer.Ordinal);

    /// <param name="branch">One with nodes.</param>
    public string Of(Region branch)
    {
        var stem = OwnPort(branch) ?? Binding(branch.Nodes);
        var name = stem;
        for (var i = 2; !_taken.Add(name); i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"{stem}_{i}");
        }

        return name;
    }

    private string? OwnPort(Region branch) =>
        branch.Edge!.Source.Port is var port && _ports[port] == 1 && (_ports.Count > 1 || port != DefaultPort) && BindingName.IsLegal(port)
            ? port
            : null;

    private string Binding(IReadOnlyList<GraphNode> nodes)
    {
        var last = nodes.Where(node => flow.Next(node).All(way => way.Target is null)).Take(2).ToArray();
        var named = last is [{ HasResult: true } only] ? only : nodes[0];
        return named.HasResult ? named.Binding : "branch";
    }
}
