namespace ScaiGrid.Server.Storage;

/// <summary>
/// Write-once objects under keys such as <c>runs/tnt_acme/run_01k…/1.json</c>. An object is written before the row that names it
/// and never overwritten. Implemented on a folder and on S3; both pass one contract suite.
/// </summary>
internal interface IObjectStore
{
    /// <summary>Stores the whole object, or nothing. A reader never sees part of one.</summary>
    /// <returns>False, and nothing changed, when the key is taken.</returns>
    Task<bool> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <returns>Null when there is no such object.</returns>
    Task<byte[]?> GetAsync(ObjectKey key, CancellationToken ct);

    Task<bool> ExistsAsync(ObjectKey key, CancellationToken ct);

    /// <summary>Removing what is not there is not an error.</summary>
    Task DeleteAsync(ObjectKey key, CancellationToken ct);

    /// <summary>The keys that begin with the prefix, in ordinal order.</summary>
    IAsyncEnumerable<ObjectKey> ListAsync(string prefix, CancellationToken ct);
}

/// <summary>The store did not answer, so what was asked may or may not have happened.</summary>
internal sealed class ObjectStoreUnavailableException(string message, Exception inner) : Exception(message, inner);
