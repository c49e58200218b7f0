using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Storage;

/// <summary>Objects of one kind, each of which a row names; those that no row came to name are litter.</summary>
internal interface IRowedObjects
{
    /// <summary>Where the keys of this kind begin, and no other kind's.</summary>
    string Prefix { get; }

    /// <summary>Those of the keys that are of this kind and that no row names at this moment. Rows are asked for by the hundred, not one by one.</summary>
    Task<IEnumerable<ObjectKey>> UnnamedAsync(Db db, IReadOnlyList<ObjectKey> keys, CancellationToken ct);

    /// <summary>
    /// Removes an object that still no row names, under a lock that whoever saves such a row holds while they look whether the object is there: either they
    /// have their row by then, or they see that it is gone.
    /// </summary>
    /// <returns>False when a row names it by now.</returns>
    Task<bool> RemoveAsync(Db db, ObjectKey key, CancellationToken ct);
}
