using ScaiGrid.Flows.Graph.Nodes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>
/// Makes a graph of whatever content: of a flow that has faults, what can be made out of it, so that the analysis can tell
/// more than the first of them. Nodes and edges that cannot be made out are left out.
/// </summary>
internal static class GraphBuilder
{
    public static FlowGraph Build(Value content) => new(
        Text(content["id"]),
        Text(content["name"]),
        Text(content["version"]),
        content["scaicore_target"].AsString() ?? "0.2",
        content["metadata"].Kind == ValueKind.Object ? content["metadata"] : Value.EmptyObject,
        Each(content["nodes"], Node),
        Each(content["edges"], Edge),
        Each(content["variables"], (value, _) => new GraphVariable(Text(value["name"]), value["type"], value["default"])),
        Config(content["config"]),
        Each(content["tests"], Test),
        content);

    private static GraphNode? Node(Value value, int index)
    {
        if (value["id"].AsString() is not { } id || value["type"].AsString() is not { } type || NodeShapes.Find(type) is not { } shape)
        {
            return null;
        }

        return new(
            index,
            id,
            shape.Kind,
            value["label"].AsString() is { Length: > 0 } label ? label : id,
            value["config"].Kind == ValueKind.Object ? value["config"] : Value.EmptyObject,
            shape.Inputs.Count == 0 ? [] : Ports(value["inputs"], shape.Inputs),
            Ports(value["outputs"], shape.Outputs),
            value["breakpoint"].TryGetBool(out var isOn) && isOn,
            value);
    }

    /// <summary>No list means the ports of the kind; so does an empty one, which editors write for nodes they know by kind.</summary>
    private static IReadOnlyList<Port> Ports(Value value, IReadOnlyList<Port> fallback) => value.Items.Count == 0
        ? fallback
        : Each(value, (port, _) => port["id"].AsString() is { } id
            ? new Port(id, port["label"].AsString() ?? id, port["type"].AsString() ?? "object")
            : null);

    private static GraphEdge? Edge(Value value, int index)
    {
        EdgeType? type = value["type"].AsString() switch
        {
            "sequential" => EdgeType.Sequential,
            "conditional" => EdgeType.Conditional,
            "data" => EdgeType.Data,
            _ => null,
        };
        if (type is null || value["id"].AsString() is not { } id || End(value["source"]) is not { } source || End(value["target"]) is not { } target)
        {
            return null;
        }

        return new(index, id, type.Value, source, target, type == EdgeType.Conditional ? value["condition"].ToText() : null);
    }

    private static PortRef? End(Value value) =>
        value["node"].AsString() is { } node && value["port"].AsString() is { } port ? new(node, port) : null;

    private static FlowConfig Config(Value value)
    {
        var identity = value["core_identity"];
        return new(
            value["mode"].AsString() ?? "stateless",
            value["entity_key"].AsString(),
            identity["name"].AsString() is { Length: > 0 } name ? name : null,
            identity["persona"].AsString() is { Length: > 0 } persona ? persona : null,
            Each(identity["models"], (model, _) => new FlowModel(Text(model["role"]), Text(model["ref"]), Text(model["model"]), model)),
            Each(value["plugins"], (plugin, _) => plugin["alias"].AsString() is { } alias
                ? new FlowPlugin(alias, plugin["endpoint"].AsString() ?? $"plugin://{alias}")
                : null),
            value["capabilities"].Items,
            value["bunker"],
            value["scaiqueue"],
            value["publish_as_model"].TryGetBool(out var isPublished) && isPublished,
            Each(value["model_visibility_group_ids"], (group, _) => group.AsString()));
    }

    private static FlowTest Test(Value value, int index) => new(
        Text(value["name"]),
        value["input"],
        value["mocks"].Members.ToDictionary(mock => mock.Key, mock => mock.Value, StringComparer.Ordinal),
        value["expect"].Kind == ValueKind.Object ? value["expect"] : Value.EmptyObject);

    private static string Text(Value value) => value.AsString() ?? "";

    private static List<T> Each<T>(Value list, Func<Value, int, T?> read) where T : class
    {
        var items = new List<T>(list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (read(list.Items[i], i) is { } item)
            {
                items.Add(item);
            }
        }

        return items;
    }
}
