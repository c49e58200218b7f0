using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Inserts many rows at once, leaving out those that exist already. For append-only tables that are written thousands of times
/// a second, where tracking every row would cost more than the rows.
/// </summary>
internal static class BulkInsert
{
    public static async Task InsertNewAsync<T>(Db db, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        if (rows.Count == 0)
        {
            return;
        }

        var table = RowTable.Of<T>(db);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (db.Database.GetDbConnection() is SqliteConnection sqlite)
        {
            SqliteRows.Execute(sqlite, $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({RowTable.Numbered("?", table.Columns.Count)}) ON CONFLICT DO NOTHING", table.Columns, rows);
        }
        else
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            await InsertColumnsAsync(command, table, rows, ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>PostgreSQL is a network away: one statement takes all rows, as one array for each column.</summary>
    private static async Task InsertColumnsAsync<T>(DbCommand command, RowTable table, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) SELECT * FROM unnest({RowTable.Numbered("$", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        RowTable.AddArrays(command.Parameters, command.CreateParameter, table.Columns, rows);
        await command.ExecuteNonQueryAsync(ct);
    }
}
