using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

internal static class OutputTypes
{
    public static OutputType? Read(ManifestNode node)
    {
        if (OutputType.TryParse(node.Value, out var type, out var faults))
        {
            return type;
        }

        foreach (var (path, fault) in faults)
        {
            node.Error(ManifestCodes.OutputType, $"{(path.Length == 0 ? "" : $"{path}: ")}{fault.Message}");
        }

        return null;
    }
}
