using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Inserts many rows at once, leaving out those that exist already. For append-only tables that are written thousands of times
/// a second, where tracking every row would cost more than the rows.
/// </summary>
internal static class BulkInsert
{
    /// <param name="entries">Lines of the feed about runs among the rows; those of runs that exist already are left out as well.</param>
    public static async Task InsertNewAsync<T>(Db db, IReadOnlyList<T> rows, IReadOnlyList<FeedEntry> entries, CancellationToken ct) where T : class
    {
        if (rows.Count == 0)
        {
            return;
        }

        var table = RowTable.Of<T>(db);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (db.Database.GetDbConnection() is SqliteConnection sqlite)
        {
            var saved = SqliteRows.Execute(sqlite, $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({RowTable.Numbered("?", table.Columns.Count)}) ON CONFLICT DO NOTHING", table.Columns, rows);
            FeedRows.Insert(db, sqlite, entries, saved.OfType<Run>());
        }
        else
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            await InsertColumnsAsync(command, table, rows, FeedRows.TableOf(db), entries, ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>PostgreSQL is a network away: one statement takes all rows, as one array for each column.</summary>
    private static async Task InsertColumnsAsync<T>(DbCommand command, RowTable table, IReadOnlyList<T> rows, RowTable feed, IReadOnlyList<FeedEntry> entries, CancellationToken ct) where T : class
    {
        var insert = $"INSERT INTO {table.Name} ({table.ColumnNames}) SELECT * FROM unnest({RowTable.Numbered("$", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        command.CommandText = entries.Count == 0 ? insert : FeedRows.With($"{insert} RETURNING tenant_id, id", feed, table.Columns.Count);
        RowTable.AddArrays(command.Parameters, command.CreateParameter, table.Columns, rows);
        if (entries.Count > 0)
        {
            RowTable.AddArrays(command.Parameters, command.CreateParameter, feed.Columns, entries);
        }

        await command.ExecuteNonQueryAsync(ct);
    }
}
