namespace ScaiGrid.Gateway.Routing;

/// <summary>On whose behalf a call is made.</summary>
/// <param name="RequestId">The request's id; answers of upstreams that give none are named after it.</param>
public sealed record ChatContext(string RequestId)
{
    /// <summary>
    /// The server's principal, for providers that run in this process. It goes to no upstream. Null for calls that the server
    /// makes for itself.
    /// </summary>
    public object? Caller { get; init; }

    /// <summary>A stream ends with a chunk of the usage, whether or not the request asked for it.</summary>
    public bool IncludeUsage { get; init; }
}
