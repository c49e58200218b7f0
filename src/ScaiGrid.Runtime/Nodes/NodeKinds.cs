using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>Which node executes which step. A new kind is one file and its line here.</summary>
/// <param name="effects">Gets the steps that touch the world.</param>
/// <param name="unknown">Gets the steps that no node executes: a manifest may say more than this engine does.</param>
internal sealed class NodeKinds(Manifest manifest, List<StepHead> effects, List<StepHead> unknown)
{
    public Node[] Compile(IReadOnlyList<Step> steps) => [.. steps.Select(Compile).OfType<Node>()];

    private Node? Compile(Step step)
    {
        var node = Make(step);
        if (node is EffectNode)
        {
            effects.Add(step.Head);
        }

        return node;
    }

    private Node? Make(Step step)
    {
        switch (step)
        {
            case RigidStep rigid:
                return new RigidNode(rigid);
            case SetStep set:
                return new SetNode(set);
            case DecisionStep decision:
                return new DecisionNode(decision);
            case ForeachStep loop:
                return new ForeachNode(loop, Compile(loop.Steps));
            case WhileStep loop:
                return new WhileNode(loop, Compile(loop.Steps));
            case ParallelStep parallel:
                return new ParallelNode(parallel, [.. parallel.Branches.Select(b => Compile(b.Steps))]);
            case LlmTurnStep turn:
                return new LlmTurnNode(turn, manifest, Compile(turn.OnValidationFailure));
            case CheckpointStep checkpoint:
                return new CheckpointNode(checkpoint);
            case PluginCallStep call:
                return new PluginCallNode(call);
            case HttpCallStep call:
                return new HttpCallNode(call);
            case QueuePublishStep publish:
                return new QueuePublishNode(publish);
            case QueueConsumeStep consume:
                return new QueueConsumeNode(consume);
            case CoreCallStep call:
                return new CoreCallNode(call);
            default:
                unknown.Add(step.Head);
                return null;
        }
    }
}
