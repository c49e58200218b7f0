namespace ScaiGrid.Gateway.Tests.Providers;

/// <summary>What a provider's public documentation shows on the wire, kept as files: <c>Transcripts/{provider}/{name}</c>.</summary>
internal static class Transcript
{
    private const string Folder = "tests/ScaiGrid.Gateway.Tests/Providers/Transcripts";

    public static string PathTo(string provider, string name) => $"{Folder}/{provider}/{name}";

    public static string Read(string provider, string name) => File.ReadAllText(Path.Combine(Golden.Root, PathTo(provider, name)));

    /// <summary>A stream's messages, each with what ends it: server-sent events, or lines.</summary>
    public static string[] Messages(string stream)
    {
        var end = stream.StartsWith('{') ? "\n" : "\n\n";
        return [.. stream.Split(end, StringSplitOptions.RemoveEmptyEntries).Select(m => m + end)];
    }
}
