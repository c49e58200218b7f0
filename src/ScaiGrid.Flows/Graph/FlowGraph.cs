using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>A flow as its author drew it, schema v2, with the right shape; whether it makes sense <see cref="FlowAnalysis"/> tells.</summary>
/// <param name="Id">Opaque and stable across saves.</param>
/// <param name="Version">SemVer.</param>
/// <param name="ScaicoreTarget">The language version; <c>0.2</c> unless given.</param>
/// <param name="Metadata">The author's: <c>author</c>, <c>created</c>, <c>description</c> and anything else.</param>
/// <param name="Edges">Their order counts: of the conditional edges that leave a node the first that holds is taken.</param>
/// <param name="Source">The whole content as it came, unknown keys included.</param>
public sealed record FlowGraph(
    string Id, string Name, string Version, string ScaicoreTarget, Value Metadata, IReadOnlyList<GraphNode> Nodes, IReadOnlyList<GraphEdge> Edges,
    IReadOnlyList<GraphVariable> Variables, FlowConfig Config, IReadOnlyList<FlowTest> Tests, Value Source);

/// <summary>A named slot of state.</summary>
/// <param name="Type">An output type as written: text, or an object of fields.</param>
/// <param name="Default">What it holds before a run first sets it.</param>
public sealed record GraphVariable(string Name, Value Type, Value Default);

/// <summary>How the flow wants to be deployed, and what its nodes refer to.</summary>
/// <param name="Mode"><c>stateless</c> unless given, <c>entity</c> or <c>singleton</c>.</param>
/// <param name="EntityKey">The field of the input that names the instance; null leaves it to the Core.</param>
/// <param name="CoreName">The name of the Core; null takes the flow's.</param>
/// <param name="Persona">Opens every system prompt; null for none.</param>
/// <param name="Models">The registry; the first is the default role.</param>
/// <param name="Capabilities">As they came.</param>
/// <param name="Bunker">What a sandbox is like unless a node says otherwise; null when nothing is said.</param>
/// <param name="Queues"><c>scaiqueue</c> as it came: <c>{scope, queues}</c>; null when there is none.</param>
/// <param name="ModelVisibilityGroupIds">The model groups that the published model goes into.</param>
public sealed record FlowConfig(
    string Mode, string? EntityKey, string? CoreName, string? Persona, IReadOnlyList<FlowModel> Models, IReadOnlyList<FlowPlugin> Plugins,
    IReadOnlyList<Value> Capabilities, Value Bunker, Value Queues, bool PublishAsModel, IReadOnlyList<string> ModelVisibilityGroupIds)
{
    /// <summary>The scope of nodes that name none; null when there is none.</summary>
    public string? QueueScope => Queues["scope"].AsString();
}

/// <param name="Source">The entry as it came: <c>temperature</c>, <c>modalities</c>, <c>system_context</c>, <c>fallback</c>.</param>
public sealed record FlowModel(string Role, string Ref, string Model, Value Source);

/// <param name="Endpoint"><c>plugin://{alias}</c> unless given.</param>
public sealed record FlowPlugin(string Alias, string Endpoint);

/// <summary>A run with made-up answers, and what it must come to.</summary>
/// <param name="Mocks">Node id or label to the node's result, or to <c>{"error": {…}}</c>.</param>
/// <param name="Expect"><c>{output?, status?, error?, visits?: [node ids], checks?: [expressions over the outcome]}</c>.</param>
public sealed record FlowTest(string Name, Value Input, IReadOnlyDictionary<string, Value> Mocks, Value Expect);
