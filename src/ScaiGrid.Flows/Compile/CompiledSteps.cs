using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>The steps of a compiled manifest: those of its nodes, and those that somebody has added since.</summary>
internal sealed class CompiledSteps
{
    private readonly Dictionary<string, Value> _ofNodes = new(StringComparer.Ordinal);
    private readonly List<(string Path, Value Step)> _unknown = [];
    private readonly HashSet<string?> _nodes;

    public CompiledSteps(Value flows, Value nodes)
    {
        _nodes = nodes.Items.Select(node => node["id"].AsString()).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < flows.Items.Count; i++)
        {
            Read(flows.Items[i]["steps"], $"core.flows[{i}].steps");
        }
    }

    /// <summary>The <c>meta</c> of each node's step.</summary>
    public IReadOnlyDictionary<string, Value> OfNodes => _ofNodes;

    public IReadOnlyList<(string Path, Value Step)> Unknown => _unknown;

    private void Read(Value steps, string path)
    {
        for (var i = 0; i < steps.Items.Count; i++)
        {
            Read($"{path}[{i}]", steps.Items[i]);
        }
    }

    private void Read(string path, Value step)
    {
        var meta = step["meta"];
        if (meta["node_id"].AsString() is { } id && _nodes.Contains(id))
        {
            _ofNodes.TryAdd(id, meta);
        }
        else if (meta["edges_of"].IsNull && meta["breakpoint_of"].IsNull)
        {
            _unknown.Add((path, step));
            return;
        }

        Read(step["foreach"]["steps"], $"{path}.foreach.steps");
        Read(step["while"]["steps"], $"{path}.while.steps");
        var branches = step["parallel"]["branches"].Items;
        for (var i = 0; i < branches.Count; i++)
        {
            Read(branches[i]["steps"], $"{path}.parallel.branches[{i}].steps");
        }
    }
}
