using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ScaiGrid.Server.Data;

internal static class SnapshotReads
{
    /// <summary>Begins a transaction whose reads all see one moment and hinder no writer.</summary>
    public static Task<IDbContextTransaction> BeginSnapshotAsync(this Db db, CancellationToken ct) =>
        // Any read transaction of SQLite sees one moment; this level is the one that its provider begins without the write lock.
        db.Database.BeginTransactionAsync(db is SqliteDb ? IsolationLevel.ReadUncommitted : IsolationLevel.RepeatableRead, ct);
}
