namespace ScaiGrid.Server.Egress;

/// <summary>Which headers those may set who cause calls to the outside.</summary>
internal static class HeaderNames
{
    private static readonly HashSet<string> TheTransports =
        new(["host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "proxy-authorization", "proxy-connection"], StringComparer.OrdinalIgnoreCase);

    public static bool IsName(string name) => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>Not theirs to set: the transport's own.</summary>
    public static bool IsReserved(string name) => TheTransports.Contains(name);
}
