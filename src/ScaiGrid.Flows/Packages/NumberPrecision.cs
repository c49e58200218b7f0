using System.Text.Json;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// Finds numbers that a double does not hold. RFC 8785 rounds them, and what is installed must be what was published.
/// </summary>
public static class NumberPrecision
{
    /// <summary>The paths of such numbers, such as <c>nodes[0].config.seed</c>, at most <paramref name="most"/> of them.</summary>
    public static IReadOnlyList<string> LostIn(JsonElement json, int most = 20)
    {
        var found = new List<string>();
        Find(json, "", found, most);
        return found;
    }

    private static void Find(JsonElement json, string path, List<string> found, int most)
    {
        if (found.Count == most)
        {
            return;
        }

        switch (json.ValueKind)
        {
            case JsonValueKind.Number when !CanonicalNumber.IsExact(json.GetRawText()):
                found.Add(path);
                break;
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    Find(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", found, most);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (item, i) in json.EnumerateArray().Select((item, i) => (item, i)))
                {
                    Find(item, $"{path}[{i}]", found, most);
                }

                break;
        }
    }
}
