using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class CoreCallNode(CoreCallStep step) : EffectNode(step.Head, RunFaults.CoreCallFailed)
{
    protected override bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect)
    {
        effect = null;
        if (!rendering.TryValue(step.Input, out var input) || !rendering.TryText(step.InstanceKey, out var instance))
        {
            return false;
        }

        effect = new CoreCall(
            rendering.RunId, path, attempt, step.Target, step.FlowName, input.IsNull ? Value.EmptyObject : input,
            instance is { Length: > 0 } ? instance : null, step.Version, rendering.Now + step.Timeout, step.IsAsync);
        return true;
    }
}
