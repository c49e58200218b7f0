using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// Stops before a manifest is written that nobody could read: nodes that several entries lead to are steps of several flows,
/// so a flow can grow when it is compiled.
/// </summary>
internal sealed class ManifestBudget
{
    private const int MostFlows = 256, MostSteps = 60_000;

    private readonly Dictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private int _flows = MostFlows;
    private int _steps = MostSteps;
    private long _characters = ManifestText.MaxBytes;

    private bool IsSpent => _flows < 0 || _steps < 0 || _characters < 0;

    /// <returns>False when there is no room for the flow, or was none for one of its nodes.</returns>
    public bool TakeFlow()
    {
        _flows--;
        return !IsSpent;
    }

    /// <returns>False when there is no room for the node.</returns>
    public bool Take(GraphNode node)
    {
        if (!_sizes.TryGetValue(node.Id, out var size))
        {
            _sizes.Add(node.Id, size = SizeOf(node.Source));
        }

        _steps--;
        _characters -= size;
        return !IsSpent;
    }

    /// <summary>About as many characters as it takes to write it, and no more.</summary>
    private static int SizeOf(Value value)
    {
        var size = value.AsString()?.Length ?? 1;
        if (value.TryGetArray(out var items))
        {
            foreach (var item in items)
            {
                size += SizeOf(item);
            }
        }

        foreach (var (name, member) in value.Members)
        {
            size += name.Length + SizeOf(member);
        }

        return size;
    }
}
