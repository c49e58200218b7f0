using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using SQLitePCL;

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
            InsertRows(sqlite, table, rows);
        }
        else
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            await InsertColumnsAsync(command, table, rows, ct);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>
    /// SQLite lives in this process: one prepared statement, once for each row, costs next to nothing. It is spoken to without ADO.NET, whose
    /// parameters cost more than the rows.
    /// </summary>
    private static void InsertRows<T>(SqliteConnection connection, RowTable table, IReadOnlyList<T> rows) where T : class
    {
        var handle = connection.Handle!;
        var sql = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({RowTable.Numbered("?", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(handle, sql, out var statement), handle);
        using (statement)
        {
            foreach (var row in rows)
            {
                for (var i = 0; i < table.Columns.Count; i++)
                {
                    SqliteException.ThrowExceptionForRC(Bind(statement, i + 1, table.Columns[i].Read(row)), handle);
                }

                if (raw.sqlite3_step(statement) is var result and not raw.SQLITE_DONE)
                {
                    SqliteException.ThrowExceptionForRC(result, handle);
                }

                raw.sqlite3_reset(statement);
            }
        }
    }

    private static int Bind(sqlite3_stmt statement, int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, place),
        string text => raw.sqlite3_bind_text(statement, place, text),
        long number => raw.sqlite3_bind_int64(statement, place, number),
        int number => raw.sqlite3_bind_int(statement, place, number),
        bool flag => raw.sqlite3_bind_int(statement, place, flag ? 1 : 0),
        decimal amount => raw.sqlite3_bind_text(statement, place, amount.ToString("0.0###########################", CultureInfo.InvariantCulture)), // as ADO.NET writes it
        byte[] bytes => raw.sqlite3_bind_blob(statement, place, bytes),
        _ => throw new NotSupportedException($"SQLite is given no {value.GetType()} here."),
    };

    /// <summary>PostgreSQL is a network away: one statement takes all rows, as one array for each column.</summary>
    private static async Task InsertColumnsAsync<T>(DbCommand command, RowTable table, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) SELECT * FROM unnest({RowTable.Numbered("$", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        RowTable.AddArrays(command.Parameters, command.CreateParameter, table.Columns, rows);
        await command.ExecuteNonQueryAsync(ct);
    }
}
