using System.Collections.Frozen;

namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>
/// Whether each name that is read can have been bound by then. A name that nothing in the flow binds may still be a field of
/// the caller's input, so it is doubtful; one that only nodes bind that cannot have run before is an error.
/// </summary>
internal sealed class ScopeCheck(Links links, NodeOrder order, ControlFlow control, MeaningWalk walk)
{
    private static readonly FrozenSet<string> Always = new[]
    {
        "input", "config", "run",
        "message", "messages", "user", "metadata",      // what a chat call puts into the input
        "resolution", "confidence", "output", "result",
    }.ToFrozenSet(StringComparer.Ordinal);

    private readonly FlowGraph _graph = links.Graph;

    public void Check()
    {
        CheckNames();
        CheckData();
        CheckVariables();
    }

    private void CheckNames()
    {
        var known = new HashSet<string>(walk.Assigned, StringComparer.Ordinal);
        known.UnionWith(Always);
        known.UnionWith(walk.AnswerFields);
        known.UnionWith(_graph.Variables.Select(variable => variable.Name));
        var uses = walk.Uses.Where(use => !known.Contains(use.Name)).ToList();
        if (uses.Count == 0)
        {
            return;
        }

        var bound = BoundNames();
        var asked = new List<NameUse>();
        foreach (var use in uses)
        {
            if (!bound.ContainsKey(use.Name))
            {
                Warn(use, $"Nothing in this flow binds '{use.Name}': it is null unless the input has a field of that name.");
            }
            else if (control.RegionOf(Owner(use)) is not null)
            {
                asked.Add(use);
            }
        }

        var reach = new NameReach(links, order, control, hasRunOnly: false);
        foreach (var use in reach.Unseen(asked, node => node.HasResult ? node.Binding : null))
        {
            var binder = bound[use.Name];
            if (binder >= 0)
            {
                walk.Add(new(
                    Severity.Error, FlowCodes.NeverInScope,
                    $"'{use.Name}' is the result of node '{_graph.Nodes[binder].Id}', which is never in scope here: it runs later, on another way, or within a loop or branch that has ended.",
                    use.Path, NodeId: NodeOf(use), EdgeId: EdgeOf(use)));
            }
            else
            {
                Warn(use, $"'{use.Name}' is the item of a loop that this is not within: it is null unless the input has a field of that name.");
            }
        }
    }

    /// <summary>A data edge carries no control, but what it leaves must have run before what it leads to.</summary>
    private void CheckData()
    {
        var uses = new List<NameUse>();
        foreach (var edge in _graph.Edges)
        {
            var target = links.Targets[edge.Index];
            if (!edge.IsControl && order.IsReachable[target] && order.IsReachable[links.Sources[edge.Index]])
            {
                uses.Add(new(edge.Source.Node, UsePoint.Before, target, edge.Id));
            }
        }

        if (uses.Count == 0)
        {
            return;
        }

        var early = new NameReach(links, order, control, hasRunOnly: true)
            .Unseen(uses, node => node.Id)
            .Select(use => use.Path)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var edge in _graph.Edges.Where(edge => !edge.IsControl && early.Contains(edge.Id)))
        {
            walk.Add(new(
                Severity.Error, FlowCodes.DataOrder, $"edge '{edge.Id}': node '{edge.Source.Node}' can never have run before node '{edge.Target.Node}'",
                $"edges[{edge.Index}]", EdgeId: edge.Id));
        }
    }

    private void CheckVariables()
    {
        var read = walk.Uses.Select(use => use.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var (i, variable) in _graph.Variables.Index())
        {
            if (!read.Contains(variable.Name) && !walk.Assigned.Contains(variable.Name) && !walk.MayBeRead.Contains(variable.Name))
            {
                walk.Add(new(Severity.Warning, FlowCodes.UnusedVariable, $"variable '{variable.Name}' is never used", $"variables[{i}]"));
            }
        }
    }

    /// <summary>By name the position of a node that binds its result to it, -1 when loops give it to their items alone.</summary>
    private Dictionary<string, int> BoundNames()
    {
        var bound = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < _graph.Nodes.Count; i++)
        {
            var node = _graph.Nodes[i];
            if (node.HasResult && (!bound.TryGetValue(node.Binding, out var other) || other < 0))
            {
                bound[node.Binding] = i;
            }

            foreach (var item in Items(node))
            {
                bound.TryAdd(item, -1);
            }
        }

        return bound;
    }

    /// <summary>The names that a loop gives to its item.</summary>
    public static IEnumerable<string> Items(GraphNode node)
    {
        if (node.Kind != NodeKind.LogicLoop || node["style"].AsString() != "foreach")
        {
            return [];
        }

        return node["index"].AsString() is { } index ? [node["item"].ToText(), index] : [node["item"].ToText()];
    }

    private GraphNode Owner(NameUse use) => _graph.Nodes[use.Point == UsePoint.After ? links.Sources[use.Owner] : use.Owner];

    private string? NodeOf(NameUse use) => use.Point == UsePoint.After ? null : _graph.Nodes[use.Owner].Id;

    private string? EdgeOf(NameUse use) => use.Point == UsePoint.After ? _graph.Edges[use.Owner].Id : null;

    private void Warn(NameUse use, string message) =>
        walk.Add(new(Severity.Warning, FlowCodes.UnknownName, message, use.Path, NodeId: NodeOf(use), EdgeId: EdgeOf(use)));
}
