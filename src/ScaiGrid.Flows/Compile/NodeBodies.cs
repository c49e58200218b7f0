using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Graph.Nodes;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// What a node of each kind says as a step: its keyword and what goes with it. Loops, parallel blocks and decisions say it
/// with their edges and are not here.
/// </summary>
internal static class NodeBodies
{
    private static readonly string[] Question =
        ["prompt", "options", "assignee", "priority", "timeout", "on_timeout", "escalation_target", "context"];

    private static readonly string[] Sandbox = [.. ComputeKinds.Sandbox.Select(setting => setting.Name)];

    public static void Write(Members step, GraphNode node, FlowConfig config) => _ = node.Kind switch
    {
        NodeKind.LlmRigid => step.Add("rigid", node.Config["template"]),
        NodeKind.LlmGuarded or NodeKind.LlmFlexible => LlmTurn(step, node),
        NodeKind.DataVariableSet => step.Add("set", node.Config["assignments"]),
        NodeKind.ToolPlugin => step.Add("plugin_call", Given(node, "alias", "method", "args", "timeout")),
        NodeKind.ToolHttp => step.Add("http_call", Given(node, "method", "url", "headers", "query", "body", "timeout")),
        NodeKind.Checkpoint or NodeKind.HitlDecision => step.Add("checkpoint", Checkpoint(node)),
        NodeKind.HitlReview => step.Add("checkpoint", Review(node, config)),
        NodeKind.QueuePublish => step.Add("queue_publish", Queue(node, config).AddFrom(node.Config, "message_type", "payload", "priority", "reason").ToValue()),
        NodeKind.QueueConsume => step.Add("queue_consume", Queue(node, config).AddFrom(node.Config, "timeout").ToValue()),
        NodeKind.QueueEscalation => step.Add("queue_publish", Escalation(node, config)),
        NodeKind.SubflowCall => step.Add("core_call", CoreCall(node)),
        NodeKind.ComputeProvision => Compute(step, "create", Provision(node, config)),
        NodeKind.ComputeExec => Compute(step, "exec", Exec(node)),
        NodeKind.ComputeFileUpload => Compute(step, "write_file", Given(node, "path", "content")),
        NodeKind.ComputeFileDownload => Compute(step, "read_file", Given(node, "path")),
        NodeKind.ComputeDestroy => Compute(step, "destroy", Value.EmptyObject),
        _ => throw new InvalidOperationException($"A {node.Type} node is not a step by itself."),
    };

    private static Members LlmTurn(Members step, GraphNode node)
    {
        step.Add("llm_turn", node.Config["goal"]);
        if (node.Kind == NodeKind.LlmGuarded)
        {
            step.Add("guarded", true).AddFrom(node.Config, "guard", "validate");
        }

        step.AddGiven("role", node.LlmRole)
            .AddFilled("output", node.Config["output_schema"])
            .AddFilled("input", node.Config["input_bindings"])
            .AddFilled("context", node.Config["context_bindings"])
            .AddGiven("guidance", node.Config["guidance"])
            .AddFilled("constraints", node.Config["constraints"])
            .AddFilled("examples", node.Config["examples"])
            .AddFilled("on_failure", node.Config["on_failure"])
            .AddGiven("min_confidence", node.Config["min_confidence"]);
        if (node.Kind == NodeKind.LlmGuarded)
        {
            step.AddGiven("on_validation_failure", Fallback(node));
        }

        return step.AddFilled("budget", node.Config["budget"]);
    }

    /// <summary>Steps as they are; a template is one step that renders it.</summary>
    private static Value Fallback(GraphNode node) => node.Config["on_validation_failure"] is { Kind: ValueKind.String } template
        ? Value.Array(new Members().Add("rigid", template).ToValue())
        : node.Config["on_validation_failure"];

    private static Value Checkpoint(GraphNode node) =>
        new Members().Add("type", node["type"]).AddFrom(node.Config, Question).ToValue();

    private static Value Review(GraphNode node, FlowConfig config) => new Members()
        .Add("type", "hitl_review")
        .AddFrom(node.Config, Question)
        .AddGiven("scope", Scope(node, config))
        .AddFrom(node.Config, "queue", "sections")
        .ToValue();

    private static Members Queue(GraphNode node, FlowConfig config) =>
        new Members().Add("queue", node.Config["queue"]).AddGiven("scope", Scope(node, config));

    private static Value Escalation(GraphNode node, FlowConfig config) => Queue(node, config)
        .Add("message_type", "escalation")
        .Add("priority", node["priority"])
        .AddGiven("reason", node.Config["reason"])
        .ToValue();

    private static Value Scope(GraphNode node, FlowConfig config) => node.Config["scope"].AsString() ?? config.QueueScope;

    private static Value CoreCall(GraphNode node) => new Members()
        .AddFrom(node.Config, "target", "flow_name")
        .AddFilled("input", node.Config["input_bindings"])
        .AddFrom(node.Config, "instance_key", "version", "timeout", "is_async")
        .ToValue();

    private static Members Compute(Members step, string method, Value args) => step.Add("plugin_call", new Members()
        .Add("alias", ComputeKinds.Plugin).Add("method", method).AddFilled("args", args).ToValue());

    /// <summary>What the node does not say the flow does, and what neither does is <see cref="Bunker"/>'s.</summary>
    private static Value Provision(GraphNode node, FlowConfig config)
    {
        var args = new Members();
        foreach (var setting in Sandbox)
        {
            args.AddGiven(setting, node.Config[setting] is { IsNull: false } own ? own : Bunker(config)[setting]);
        }

        return args.ToValue();
    }

    private static Value Exec(GraphNode node)
    {
        var seconds = node.Config["timeout_s"];
        if (seconds.IsNull && node.Config["timeout"].AsString() is { } text && Duration.TryParse(text, out var timeout))
        {
            seconds = (long)timeout.TotalSeconds;
        }

        return new Members().Add("command", node.Config["command"]).AddGiven("timeout_s", seconds).ToValue();
    }

    /// <summary>The sandbox of a flow: <c>config.bunker</c>, which runs Python once where it says nothing else.</summary>
    public static Value Bunker(FlowConfig config)
    {
        var bunker = new Members()
            .Add("lifecycle", config.Bunker["lifecycle"] is { IsNull: false } lifecycle ? lifecycle : "ephemeral")
            .Add("image", config.Bunker["image"] is { IsNull: false } image ? image : "python-3.12");
        foreach (var (name, setting) in config.Bunker.Members)
        {
            if (name is not ("lifecycle" or "image"))
            {
                bunker.AddGiven(name, setting);
            }
        }

        return bunker.ToValue();
    }

    private static Value Given(GraphNode node, params ReadOnlySpan<string> names) => new Members().AddFrom(node.Config, names).ToValue();
}
