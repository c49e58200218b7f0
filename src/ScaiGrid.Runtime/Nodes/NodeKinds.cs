using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>Which node executes which step. A new kind is one file and its line here.</summary>
internal static class NodeKinds
{
    public static Node[] Compile(IReadOnlyList<Step> steps, Manifest manifest) =>
        [.. steps.Select(step => Compile(step, manifest))];

    private static Node Compile(Step step, Manifest manifest) => step switch
    {
        RigidStep rigid => new RigidNode(rigid),
        SetStep set => new SetNode(set),
        DecisionStep decision => new DecisionNode(decision),
        ForeachStep loop => new ForeachNode(loop, Compile(loop.Steps, manifest)),
        WhileStep loop => new WhileNode(loop, Compile(loop.Steps, manifest)),
        ParallelStep parallel => new ParallelNode(parallel, [.. parallel.Branches.Select(b => Compile(b.Steps, manifest))]),
        LlmTurnStep turn => new LlmTurnNode(turn, manifest, Compile(turn.OnValidationFailure, manifest)),
        CheckpointStep checkpoint => new CheckpointNode(checkpoint),
        _ => throw new InvalidOperationException($"No node executes a {step.Head.Kind} step."),
    };
}
