using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class PluginCallNode(PluginCallStep step) : EffectNode(step.Head, RunFaults.PluginCallFailed)
{
    protected override bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect)
    {
        effect = null;
        if (!rendering.TryValue(step.Args, out var args))
        {
            return false;
        }

        effect = new PluginCall(
            rendering.RunId, path, attempt, step.Alias, step.Method, args.IsNull ? Value.EmptyObject : args, step.Timeout);
        return true;
    }
}
