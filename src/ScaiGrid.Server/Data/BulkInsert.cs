using System.Data.Common;
using System.Globalization;
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
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = transaction.GetDbTransaction();
        if (db is PostgresDb)
        {
            await InsertColumnsAsync(command, table, rows, ct);
        }
        else
        {
            InsertRows(command, table, rows);
        }

        await transaction.CommitAsync(ct);
    }

    /// <summary>SQLite lives in this process: one prepared statement, once for each row, costs next to nothing.</summary>
    private static void InsertRows<T>(DbCommand command, RowTable table, IReadOnlyList<T> rows) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) VALUES ({RowTable.Numbered("@p", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        for (var i = 0; i < table.Columns.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{i + 1}");
            command.Parameters.Add(parameter);
        }

        var parameters = command.Parameters.Cast<DbParameter>().ToArray();
        foreach (var row in rows)
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value = table.Columns[i].Read(row) ?? DBNull.Value;
            }

            command.ExecuteNonQuery();
        }
    }

    /// <summary>PostgreSQL is a network away: one statement takes all rows, as one array for each column.</summary>
    private static async Task InsertColumnsAsync<T>(DbCommand command, RowTable table, IReadOnlyList<T> rows, CancellationToken ct) where T : class
    {
        command.CommandText = $"INSERT INTO {table.Name} ({table.ColumnNames}) SELECT * FROM unnest({RowTable.Numbered("$", table.Columns.Count)}) ON CONFLICT DO NOTHING";
        RowTable.AddArrays(command.Parameters, command.CreateParameter, table.Columns, rows);
        await command.ExecuteNonQueryAsync(ct);
    }
}
