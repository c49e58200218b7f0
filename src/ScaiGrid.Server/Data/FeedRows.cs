using Microsoft.Data.Sqlite;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Data;

/// <summary>Writes lines of the feed about runs with the runs, where those are written by hand: of the runs that were saved, and of no others.</summary>
internal static class FeedRows
{
    public static RowTable TableOf(Db db) => RowTable.Of<FeedEntry>(db);

    public static void Insert(Db db, SqliteConnection connection, IReadOnlyList<FeedEntry> entries, IEnumerable<Run> saved)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var (feed, ids) = (TableOf(db), saved.Select(r => r.Id).ToHashSet());
        SqliteRows.Execute(
            connection, $"INSERT INTO {feed.Name} ({Quoted(feed)}) VALUES ({RowTable.Numbered("?", feed.Columns.Count)})", feed.Columns, [.. entries.Where(e => ids.Contains(e.RunId!.Value))]);
    }

    /// <summary>One statement of PostgreSQL that saves runs and what there is to tell of them.</summary>
    /// <param name="save">Returns the tenant and the id of each run that it saved.</param>
    /// <param name="used">How many parameters that has; the lines' columns come after them.</param>
    public static string With(string save, RowTable feed, int used) => $"""
        WITH saved AS ({save}), told AS (
          INSERT INTO {feed.Name} ({Quoted(feed)})
          SELECT e.* FROM unnest({RowTable.Numbered("$", feed.Columns.Count, used + 1)}) AS e ({Quoted(feed)}) JOIN saved s ON s.tenant_id = e.tenant_id AND s.id = e.run_id)
        SELECT tenant_id, id FROM saved
        """;

    private static string Quoted(RowTable feed) => string.Join(", ", feed.Columns.Select(c => $"\"{c.Name}\"")); // "from" is a word of SQL
}
