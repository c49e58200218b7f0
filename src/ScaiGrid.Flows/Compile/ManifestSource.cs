using System.Globalization;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Graph.Analysis;
using ScaiGrid.Flows.Graph.Nodes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>The manifest of a flow as a value: <c>{"core": {…}}</c>.</summary>
internal static class ManifestSource
{
    /// <param name="control">Of all entries.</param>
    public static Value Of(FlowGraph graph, ControlFlow control, List<Diagnostic> faults)
    {
        var (flows, inSteps) = Flows(graph, control, faults);
        var config = graph.Config;
        var core = new Members()
            .Add("name", SlugText.Of(config.CoreName ?? graph.Name, "flow"))
            .AddFilled("description", graph.Metadata["description"].AsString() is { Length: > 0 } description ? description : Value.Null)
            .Add("mode", config.Mode)
            .AddGiven("entity_key", config.EntityKey)
            .Add("runtime_version", graph.ScaicoreTarget)
            .Add("identity", new Members().Add("provider", "scaikey").AddGiven("persona", config.Persona ?? config.CoreName).ToValue())
            .AddGiven("model", config.Models is [var first, ..] ? $"{first.Ref}/{first.Model}" : null)
            .AddFilled("plugins", Plugins(graph))
            .AddFilled("capabilities", Capabilities(graph))
            .AddGiven("scaiqueue", config.Queues)
            .AddFilled("variables", Variables(graph))
            .Add("flows", flows)
            .Add("scaiflow_meta", GraphRemainder.MetaOf(graph.Source, inSteps));
        return new Members().Add("core", core.ToValue()).ToValue();
    }

    /// <summary>One for each entry; the first is the default one and has the flow's name.</summary>
    private static (Value Flows, IReadOnlyCollection<string> InSteps) Flows(FlowGraph graph, ControlFlow control, List<Diagnostic> faults)
    {
        var budget = new ManifestBudget();
        var name = SlugText.Of(graph.Name, "flow");
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var inSteps = new HashSet<string>(StringComparer.Ordinal);
        var flows = new List<Value>();
        foreach (var entry in control.Entries)
        {
            var ofEntry = control.Entries.Count == 1 ? control : ControlFlowBuilder.Build(graph, entry, faults.Add);
            if (ofEntry is not { } flow)
            {
                break;
            }

            var steps = new FlowSteps(flow, graph.Config, new(graph), budget).From(entry);
            if (!budget.TakeFlow())
            {
                faults.Add(new(Severity.Error, CompileCodes.TooLarge,
                    "The manifest would be too large: a node that several entries lead to is a step of each of their flows.", "nodes"));
                break;
            }

            inSteps.UnionWith(graph.Nodes.Where(node => !node.IsEntry && flow.RegionOf(node) is not null).Select(node => node.Id));
            flows.Add(new Members()
                .Add("name", Unique(flows.Count == 0 ? name : SlugText.Of(entry.Label, name), taken))
                .Add("trigger", Trigger(entry))
                .Add("steps", steps)
                .ToValue());
        }

        return (Value.Array([.. flows]), inSteps);
    }

    private static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return unique;
    }

    private static Value Trigger(GraphNode entry) => entry.Kind switch
    {
        NodeKind.EntrySchedule => new Members()
            .Add("type", "schedule").Add("cron", entry["cron"]).Add("timezone", entry["timezone"]).AddGiven("input", entry["input"]).ToValue(),
        NodeKind.EntryWebhook => new Members()
            .Add("type", "webhook").Add("method", entry["method"]).Add("path", entry["path"]).AddGiven("auth", entry["auth"]).ToValue(),
        _ => new Members().Add("type", "api").Add("method", entry["method"]).Add("path", entry["path"]).ToValue(),
    };

    /// <summary>Those declared, and those that nodes use without a declaration.</summary>
    private static Value Plugins(FlowGraph graph)
    {
        var plugins = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var plugin in graph.Config.Plugins)
        {
            plugins.TryAdd(plugin.Alias, plugin.Endpoint);
        }

        foreach (var node in graph.Nodes)
        {
            var alias = IsCompute(node) ? ComputeKinds.Plugin : node.Kind == NodeKind.ToolPlugin ? node.Config["alias"].AsString() : null;
            if (alias is not null)
            {
                plugins.TryAdd(alias, $"plugin://{alias}");
            }
        }

        return Value.Array([.. plugins.Select(plugin => new Members().Add("alias", plugin.Key).Add("endpoint", plugin.Value).ToValue())]);
    }

    private static Value Capabilities(FlowGraph graph)
    {
        var capabilities = graph.Config.Capabilities;
        var needsBunker = !graph.Config.Bunker.IsNull || graph.Nodes.Any(IsCompute);
        return needsBunker && !capabilities.Any(capability => !capability["bunker"].IsNull)
            ? Value.Array([.. capabilities, new Members().Add("bunker", NodeBodies.Bunker(graph.Config)).ToValue()])
            : Value.Array([.. capabilities]);
    }

    private static bool IsCompute(GraphNode node) => node.Kind is >= NodeKind.ComputeProvision and <= NodeKind.ComputeDestroy;

    private static Value Variables(FlowGraph graph) => Value.Array([.. graph.Variables.Select(variable => new Members()
        .Add("name", variable.Name).Add("type", variable.Type).AddGiven("default", variable.Default).ToValue())]);
}
