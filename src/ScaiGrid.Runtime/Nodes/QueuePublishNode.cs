using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class QueuePublishNode(QueuePublishStep step) : EffectNode(step.Head, RunFaults.QueuePublishFailed)
{
    protected override bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect)
    {
        effect = null;
        if (!rendering.TryValue(step.Payload, out var payload) || !rendering.TryText(step.Reason, out var reason))
        {
            return false;
        }

        effect = new QueuePublish(
            rendering.RunId, path, attempt, step.Scope, step.Queue, step.MessageType, payload, step.Priority, reason);
        return true;
    }
}
