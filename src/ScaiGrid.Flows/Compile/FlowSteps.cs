using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// The steps that run from one entry. A run is at one node at a time, but for parallel blocks; so the nodes of a region stand
/// in a list in which every edge leads forward, and where an edge skips some, <c>next</c> does. Only what the language
/// nests is nested: the body of a loop, the branches of a parallel block.
/// </summary>
internal sealed class FlowSteps(ControlFlow flow, FlowConfig config, StepNames names, ManifestBudget budget)
{
    public Value From(GraphNode entry) => OrNothing(entry, List(flow.Root, entry, "next"));

    /// <param name="owner">The entry, loop or parallel block whose list it is.</param>
    /// <param name="part">What of the owner it is, to name a step by that chooses where the list begins.</param>
    private Value List(Region region, GraphNode owner, string part)
    {
        var nodes = region.Nodes;
        var steps = new List<Value>(nodes.Count + 1);
        if (nodes.Count > 0 && IsChoice(region.Start))
        {
            steps.Add(Choice(owner, part, region.Start, First(nodes[0])));
        }

        for (var i = 0; i < nodes.Count && budget.Take(nodes[i]); i++)
        {
            Write(steps, nodes[i], i + 1 < nodes.Count ? First(nodes[i + 1]) : null);
        }

        return Value.Array([.. steps]);
    }

    private void Write(List<Value> steps, GraphNode node, string? following)
    {
        if (node.Breakpoint)
        {
            steps.Add(Breakpoint(node));
        }

        var ways = flow.Next(node);
        var step = new Members().Add("id", node.Id);
        if (node.Kind == NodeKind.LogicDecision)
        {
            Choose(step, ways, following);
            steps.Add(step.AddFrom(node.Config, "emit").Add("meta", Meta(node)).ToValue());
            return;
        }

        WriteBody(step, node);
        if (node.Binding != node.Id)
        {
            step.Add("result", node.Binding);
        }

        step.AddFrom(node.Config, "emit");

        var isChoice = IsChoice(ways);
        if (!isChoice)
        {
            Next(step, ways, following);
        }

        steps.Add(step.Add("meta", Meta(node)).ToValue());
        if (isChoice)
        {
            steps.Add(Choice(node, "next", ways, following));
        }
    }

    private void WriteBody(Members step, GraphNode node)
    {
        switch (node.Kind)
        {
            case NodeKind.LogicLoop:
                WriteLoop(step, node, OrNothing(node, flow.Body(node) is { } body ? List(body, node, "body") : default));
                break;
            case NodeKind.LogicParallel:
                WriteParallel(step, node);
                break;
            default:
                NodeBodies.Write(step, node, config);
                break;
        }
    }

    private static void WriteLoop(Members step, GraphNode node, Value steps) => _ = node["style"].AsString() == "while"
        ? step.Add("while", new Members()
            .Add("when", node.Config["condition"]).AddGiven("max_iterations", node.Config["max_iterations"]).Add("steps", steps).ToValue())
        : step.Add("foreach", new Members()
            .Add("in", node.Config["collection"]).Add("as", node["item"]).AddGiven("index", node.Config["index"]).Add("steps", steps).ToValue());

    /// <summary>A branch without nodes adds nothing; and a block of nothing else does nothing.</summary>
    private void WriteParallel(Members step, GraphNode node)
    {
        var branchNames = new BranchNames(flow, node);
        var branches = flow.Branches(node)
            .Where(branch => branch.Nodes.Count > 0)
            .Select(branch => new Members().Add("name", branchNames.Of(branch)).Add("steps", List(branch, node, "branch")).ToValue())
            .ToArray();
        _ = branches.Length == 0
            ? step.Add("set", Value.EmptyObject)
            : step.Add("parallel", new Members()
                .AddFrom(node.Config, "max_concurrent", "fail_fast").Add("branches", Value.Array(branches)).ToValue());
    }

    private Value Breakpoint(GraphNode node) => new Members()
        .Add("id", First(node))
        .Add("checkpoint", new Members()
            .Add("type", CheckpointStep.Breakpoint)
            .Add("prompt", $"Go on with {(node.Label.Contains("{{", StringComparison.Ordinal) ? node.Id : node.Label)}?").ToValue())
        .Add("meta", new Members().Add("breakpoint_of", node.Id).ToValue())
        .ToValue();

    /// <summary>A decision that no node stands for: conditional edges leave a node that is not one, or lead into a loop.</summary>
    private Value Choice(GraphNode node, string part, IReadOnlyList<Transition> ways, string? following)
    {
        var step = new Members().Add("id", names.Of(node, part));
        Choose(step, ways, following);
        return step.Add("meta", new Members().Add("edges_of", node.Id).ToValue()).ToValue();
    }

    private void Choose(Members step, IReadOnlyList<Transition> ways, string? following)
    {
        if (!IsChoice(ways))
        {
            step.Add("decision", Value.Array(Branch("true", Otherwise(ways))));
            return;
        }

        step.Add("decision", Value.Array([.. ways.Where(way => way.Condition is not null).Select(way => Branch(way.Condition!, Target(way)))]));
        Next(step, ways, following);
    }

    private static Value Branch(string when, Value next) => new Members().Add("when", when).Add("next", next).ToValue();

    private void Next(Members step, IReadOnlyList<Transition> ways, string? following)
    {
        var next = Otherwise(ways);
        if (next.AsString() != following)
        {
            step.Add("next", next);
        }
    }

    private static bool IsChoice(IReadOnlyList<Transition> ways) => ways.Any(way => way.Condition is not null);

    private Value Otherwise(IReadOnlyList<Transition> ways) => Target(ways.FirstOrDefault(way => way.Condition is null));

    /// <summary>As a <c>next</c>: null ends the list.</summary>
    private Value Target(Transition way) => way.Target is { } node ? First(node) : null;

    /// <summary>The id of the step that a run comes to first when it comes to the node.</summary>
    private string First(GraphNode node) => node.Breakpoint ? names.Of(node, "breakpoint") : node.Id;

    /// <summary>A list has at least one step: this one does nothing.</summary>
    private Value OrNothing(GraphNode owner, Value steps) => steps.Items.Count > 0 ? steps : Value.Array(new Members()
        .Add("id", names.Of(owner, "nothing"))
        .Add("set", Value.EmptyObject)
        .Add("meta", new Members().Add("edges_of", owner.Id).ToValue())
        .ToValue());

    private static Value Meta(GraphNode node)
    {
        var meta = new Members().Add("node_id", node.Id).Add("node_kind", node.Type);
        if (GraphRemainder.HasLabel(node.Source))
        {
            meta.Add("node_label", node.Label);
        }

        return GraphRemainder.HasConfig(node.Source) ? meta.Add("node_config", node.Config).ToValue() : meta.ToValue();
    }
}
