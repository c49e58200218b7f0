using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class QueueConsumeNode(QueueConsumeStep step) : EffectNode(step.Head, RunFaults.QueueConsumeFailed)
{
    protected override bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect)
    {
        effect = new QueueConsume(rendering.RunId, path, attempt, step.Scope, step.Queue, rendering.Now + step.Timeout);
        return true;
    }
}
