using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ScaiGrid.Server.Data;

/// <summary>
/// SQLite lives in this process: one prepared statement, once for each row, costs next to nothing. It is spoken to without ADO.NET, whose
/// parameters cost more than the rows.
/// </summary>
internal static class SqliteRows
{
    private const int LongestOnStack = 128;

    /// <param name="sql">With a place for each column's value, in the order of the columns. It runs in the connection's open transaction.</param>
    /// <returns>The rows for which the statement changed something.</returns>
    public static List<T> Execute<T>(SqliteConnection connection, string sql, IReadOnlyList<RowTable.Column> columns, IReadOnlyList<T> rows) where T : class
    {
        var handle = connection.Handle!;
        var done = new List<T>(rows.Count);
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(handle, sql, out var statement), handle);
        using (statement)
        {
            foreach (var row in rows)
            {
                for (var i = 0; i < columns.Count; i++)
                {
                    SqliteException.ThrowExceptionForRC(Bind(statement, i + 1, columns[i].Read(row)), handle);
                }

                if (raw.sqlite3_step(statement) is var result and not raw.SQLITE_DONE)
                {
                    SqliteException.ThrowExceptionForRC(result, handle);
                }

                if (raw.sqlite3_changes(handle) > 0)
                {
                    done.Add(row);
                }

                raw.sqlite3_reset(statement);
            }
        }

        return done;
    }

    /// <summary>Without an array for each text.</summary>
    private static int Bind(sqlite3_stmt statement, int place, string text)
    {
        if (text.Length is 0 or > LongestOnStack)
        {
            return raw.sqlite3_bind_text(statement, place, text); // an empty span would be null to SQLite
        }

        Span<byte> utf8 = stackalloc byte[LongestOnStack * 3];
        return raw.sqlite3_bind_text(statement, place, utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    private static int Bind(sqlite3_stmt statement, int place, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, place),
        string text => Bind(statement, place, text),
        long number => raw.sqlite3_bind_int64(statement, place, number),
        int number => raw.sqlite3_bind_int(statement, place, number),
        bool flag => raw.sqlite3_bind_int(statement, place, flag ? 1 : 0),
        decimal amount => Bind(statement, place, amount.ToString("0.0###########################", CultureInfo.InvariantCulture)), // as ADO.NET writes it
        byte[] bytes => raw.sqlite3_bind_blob(statement, place, bytes),
        _ => throw new NotSupportedException($"SQLite is given no {value.GetType()} here."),
    };
}
