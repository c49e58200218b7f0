using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Saves rows of one table in one transaction, new ones and changed ones. A row that somebody else made or changed in between is left out, as the
/// concurrency token of the mapping tells, and the others are saved nevertheless.
/// </summary>
internal static class BulkSave
{
    private const int MostTries = 5;

    /// <param name="added">Rows that are not stored.</param>
    /// <param name="changed">Rows as they are to be, with the versions that they were read with. What is only set when a row is made is not written again.</param>
    /// <param name="entries">Lines of the feed about runs among the rows; those of runs that are left out are left out as well.</param>
    /// <returns>Those that were saved. The versions in the database are counted up by one, those of the objects are not.</returns>
    public static async Task<IReadOnlySet<T>> SaveAsync<T>(Db db, IReadOnlyList<T> added, IReadOnlyList<T> changed, IReadOnlyList<FeedEntry> entries, CancellationToken ct) where T : class
    {
        var table = RowTable.Of<T>(db);
        if (db is not PostgresDb)
        {
            return await SaveRowsAsync(db, table, added, changed, entries, ct);
        }

        (added, changed) = (Sorted(table, added), Sorted(table, changed));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await SaveArraysAsync(db, table, added, changed, entries, ct);
            }
            catch (PostgresException e) when (attempt < MostTries && e.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure)
            {
                // nothing of it is saved, and whoever was in the way has what he wanted
            }
        }
    }

    private static string Insert(RowTable table) => $"INSERT INTO {table.Name} ({table.ColumnNames})";

    /// <summary>Who locks rows in one order does not end up waiting for another who does.</summary>
    private static List<T> Sorted<T>(RowTable table, IReadOnlyList<T> rows) where T : class => [.. rows.OrderBy(row => KeyOf(table, row), StringComparer.Ordinal)];

    private static string KeyOf<T>(RowTable table, T row) where T : class => string.Join('|', table.Columns.Where(c => c.IsKey).Select(c => c.Read(row)));

    private static async Task<HashSet<T>> SaveRowsAsync<T>(Db db, RowTable table, IReadOnlyList<T> added, IReadOnlyList<T> changed, IReadOnlyList<FeedEntry> entries, CancellationToken ct) where T : class
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var sqlite = (SqliteConnection)db.Database.GetDbConnection();
        var (keys, settable) = (table.Columns.Where(c => c.IsKey).ToList(), table.Columns.Where(c => c.CanChange).ToList());
        var version = table.Columns.Single(c => c.IsVersion);
        var saved = new HashSet<T>(ReferenceEqualityComparer.Instance);
        saved.UnionWith(SqliteRows.Execute(sqlite, $"{Insert(table)} VALUES ({RowTable.Numbered("?", table.Columns.Count)}) ON CONFLICT DO NOTHING", table.Columns, added));
        List<RowTable.Column> condition = [.. keys, version];
        var set = string.Join(", ", settable.Select(c => $"{c.Name} = ?"));
        var where = string.Join(" AND ", condition.Select(c => $"{c.Name} = ?"));
        saved.UnionWith(SqliteRows.Execute(sqlite, $"UPDATE {table.Name} SET {set}, {version.Name} = {version.Name} + 1 WHERE {where}", [.. settable, .. condition], changed));
        FeedRows.Insert(db, sqlite, entries, saved.OfType<Run>());
        await transaction.CommitAsync(ct);
        return saved;
    }

    /// <summary>
    /// PostgreSQL is a network away: all rows go there in one step, as one array for each column. The statements are planned each time: a plan that was
    /// made while the table was small would be kept by the connection while it grows.
    /// </summary>
    private static async Task<HashSet<T>> SaveArraysAsync<T>(Db db, RowTable table, IReadOnlyList<T> added, IReadOnlyList<T> changed, IReadOnlyList<FeedEntry> entries, CancellationToken ct) where T : class
    {
        await db.Database.OpenConnectionAsync(ct);
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection());
        var (keys, settable) = (table.Columns.Where(c => c.IsKey).ToList(), table.Columns.Where(c => c.CanChange).ToList());
        var version = table.Columns.Single(c => c.IsVersion);
        if (added.Count > 0)
        {
            Add(batch, $"{Insert(table)} SELECT * FROM unnest({RowTable.Numbered("$", table.Columns.Count)}) ON CONFLICT DO NOTHING RETURNING {RowTable.Names(keys)}", table.Columns, added, FeedRows.TableOf(db), entries);
        }

        if (changed.Count > 0)
        {
            List<RowTable.Column> sent = [.. settable, .. keys, version];
            var set = string.Join(", ", settable.Select(c => $"{c.Name} = v.{c.Name}"));
            var where = string.Join(" AND ", keys.Append(version).Select(c => $"t.{c.Name} = v.{c.Name}"));
            Add(batch, $"""
                UPDATE {table.Name} t SET {set}, {version.Name} = t.{version.Name} + 1
                FROM unnest({RowTable.Numbered("$", sent.Count)}) AS v ({RowTable.Names(sent)}) WHERE {where} RETURNING {string.Join(", ", keys.Select(k => $"t.{k.Name}"))}
                """, sent, changed, FeedRows.TableOf(db), entries);
        }

        return await ReadSavedAsync(batch, keys, added, changed, ct);
    }

    private static void Add<T>(NpgsqlBatch batch, string sql, IReadOnlyList<RowTable.Column> columns, IReadOnlyList<T> rows, RowTable feed, IReadOnlyList<FeedEntry> entries) where T : class
    {
        var ids = rows.OfType<Run>().Select(r => r.Id).ToHashSet();
        var told = entries.Where(e => ids.Contains(e.RunId!.Value)).ToList();
        var command = new NpgsqlBatchCommand(told.Count == 0 ? sql : FeedRows.With(sql, feed, columns.Count));
        RowTable.AddArrays(command.Parameters, () => new NpgsqlParameter(), columns, rows);
        if (told.Count > 0)
        {
            RowTable.AddArrays(command.Parameters, () => new NpgsqlParameter(), feed.Columns, told);
        }

        batch.BatchCommands.Add(command);
    }

    private static async Task<HashSet<T>> ReadSavedAsync<T>(DbBatch batch, List<RowTable.Column> keys, IReadOnlyList<T> added, IReadOnlyList<T> changed, CancellationToken ct) where T : class
    {
        var byKey = added.Concat(changed).ToDictionary(row => string.Join('|', keys.Select(k => k.Read(row))));
        var saved = new HashSet<T>(ReferenceEqualityComparer.Instance);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        do
        {
            while (await reader.ReadAsync(ct))
            {
                saved.Add(byKey[string.Join('|', keys.Select((_, i) => reader.GetValue(i)))]);
            }
        }
        while (await reader.NextResultAsync(ct));

        return saved;
    }
}
