using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// <c>scaiflow_meta.graph</c>: a flow's content without what stands elsewhere in its manifest. What a step tells of its node,
/// and what <c>scaiflow_meta</c> tells of the flow, is taken out when compiling and put back when importing, so that
/// nothing is said twice and nothing is lost.
/// </summary>
internal static class GraphRemainder
{
    private static readonly (string Meta, string[] Path)[] Lifted =
    [
        ("source_id", ["id"]),
        ("source_version", ["version"]),
        ("scaicore_target", ["scaicore_target"]),
        ("models", ["config", "core_identity", "models"]),
        ("publish_as_model", ["config", "publish_as_model"]),
        ("model_visibility_group_ids", ["config", "model_visibility_group_ids"]),
    ];

    private static readonly string[] NodeOrder = ["id", "type", "label", "position", "config", "inputs", "outputs"];

    private static readonly string[] FlowOrder =
        ["$schema", "id", "name", "version", "scaicore_target", "metadata", "nodes", "edges", "variables", "config", "tests"];

    public static bool HasLabel(Value node) => node["label"].AsString() is { Length: > 0 };

    public static bool HasConfig(Value node) => node["config"].Kind == ValueKind.Object;

    /// <param name="content">Of a flow whose shape is right.</param>
    /// <param name="inSteps">The nodes that the manifest has steps of.</param>
    public static Value MetaOf(Value content, IReadOnlyCollection<string> inSteps)
    {
        var meta = new Members();
        foreach (var (name, path) in Lifted)
        {
            var value = path.Aggregate(content, (at, key) => at[key]);
            if (!value.IsNull)
            {
                meta.Add(name, value);
                content = Without(content, path);
            }
        }

        var nodes = content["nodes"].Items.Select(node => inSteps.Contains(node["id"].AsString()!) ? WithoutMeta(node) : node);
        return meta.Add("graph", With(content, "nodes", Value.Array([.. nodes]))).ToValue();
    }

    /// <param name="meta"><c>scaiflow_meta</c>, with a graph in it.</param>
    /// <param name="steps">The <c>meta</c> of each node's step.</param>
    public static Value ContentOf(Value meta, IReadOnlyDictionary<string, Value> steps)
    {
        var content = meta["graph"];
        var nodes = content["nodes"].Items.Select(node => Complete(node, steps));
        content = With(content, "nodes", Value.Array([.. nodes]));
        foreach (var (name, path) in Lifted)
        {
            if (meta[name] is { IsNull: false } value)
            {
                content = With(content, path, value);
            }
        }

        return Ordered(content, FlowOrder);
    }

    private static Value WithoutMeta(Value node) => Value.Object(node.Members.Where(member => member.Key switch
    {
        "type" => false,
        "label" => !HasLabel(node),
        "config" => !HasConfig(node),
        _ => true,
    }));

    private static Value Complete(Value node, IReadOnlyDictionary<string, Value> steps)
    {
        if (!node["type"].IsNull || node["id"].AsString() is not { } id || !steps.TryGetValue(id, out var meta))
        {
            return node;
        }

        foreach (var (name, from) in (ReadOnlySpan<(string, string)>)[("type", "node_kind"), ("label", "node_label"), ("config", "node_config")])
        {
            if (meta[from] is { IsNull: false } value)
            {
                node = With(node, name, value);
            }
        }

        return Ordered(node, NodeOrder);
    }

    private static Value Without(Value value, ReadOnlySpan<string> path)
    {
        var key = path[0];
        if (path.Length > 1)
        {
            return With(value, key, Without(value[key], path[1..]));
        }

        return Value.Object(value.Members.Where(member => member.Key != key));
    }

    private static Value With(Value value, string key, Value member) => Value.Object(value.Members.Append(new(key, member)));

    private static Value With(Value value, ReadOnlySpan<string> path, Value member) =>
        With(value, path[0], path.Length == 1 ? member : With(value[path[0]], path[1..], member));

    private static Value Ordered(Value value, string[] order) =>
        Value.Object(value.Members.OrderBy(member => Array.IndexOf(order, member.Key) is >= 0 and var rank ? rank : order.Length));
}
