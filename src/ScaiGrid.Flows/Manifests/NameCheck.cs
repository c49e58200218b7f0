namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// Which names a flow binds, and which it reads. A name that nothing binds can still be a field of the input or of a
/// step's result whose shape is open, so a stranger is a warning and not an error.
/// </summary>
internal sealed class NameCheck
{
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal)
    {
        "input", "config", "run",                           // always there
        "message", "messages", "user", "metadata",          // what a chat call puts into the input
        "resolution", "confidence",
    };

    private readonly List<(string Name, ManifestNode At, string? NodeId)> _read = [];

    public void Define(string name) => _defined.Add(name);

    public void Read(string name, ManifestNode at) => _read.Add((name, at, at.Report.NodeId));

    public void Check(ManifestReport report)
    {
        foreach (var (name, at, nodeId) in _read.Where(use => !_defined.Contains(use.Name)))
        {
            report.NodeId = nodeId;
            report.Warning(at, ManifestCodes.UndefinedName,
                $"Nothing in this flow defines '{name}': it is null unless the input has a field of that name.");
        }

        report.NodeId = null;
    }
}
