using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class HttpCallNode(HttpCallStep step) : EffectNode(step.Head, RunFaults.HttpCallFailed)
{
    protected override bool TryMake(Rendering rendering, string path, int attempt, [NotNullWhen(true)] out Effect? effect)
    {
        effect = null;
        if (!rendering.TryText(step.Url, out var url)
            || !rendering.TryValue(step.Headers, out var headers)
            || !rendering.TryValue(step.Query, out var query)
            || !rendering.TryValue(step.Body, out var body))
        {
            return false;
        }

        effect = new HttpCall(rendering.RunId, path, attempt, step.Method, url!, headers, query, body, step.Timeout);
        return true;
    }
}
