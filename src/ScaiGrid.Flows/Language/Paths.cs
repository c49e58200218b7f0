namespace ScaiGrid.Flows.Language;

/// <summary>How messages name a place in a value: <c>items[0].name</c>; the value itself is the empty path.</summary>
internal static class Paths
{
    public static string Item(string path, int index) => $"{path}[{index}]";

    public static string Member(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The place at <paramref name="within"/> of what stands at <paramref name="path"/>.</summary>
    public static string Join(string path, string within) => within is "" or ['[', ..] ? path + within : Member(path, within);
}
