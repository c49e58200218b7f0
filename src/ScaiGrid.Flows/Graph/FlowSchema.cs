namespace ScaiGrid.Flows.Graph;

/// <summary>
/// The JSON Schema of flows, draft 2020-12, as it is published: what <see cref="FlowReader"/> refuses it refuses too, but for
/// how deep a flow nests, which a schema cannot say.
/// </summary>
public static class FlowSchema
{
    public const string Id = "https://scailabs.com/schemas/scaiflow/v2.json";

    /// <summary>UTF-8.</summary>
    public static ReadOnlyMemory<byte> Json { get; } = Load();

    private static byte[] Load()
    {
        using var stream = typeof(FlowSchema).Assembly.GetManifestResourceStream("schema/v2.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
