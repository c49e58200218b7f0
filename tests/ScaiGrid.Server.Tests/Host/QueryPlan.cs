using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>How SQLite goes about a query, a line for each step.</summary>
internal static class QueryPlan
{
    public static Task<string> OfAsync<T>(World world, Func<Db, IQueryable<T>> query) => world.Server.WithDbAsync(async db =>
    {
        Assert.SkipWhen(db is PostgresDb, "PostgreSQL plans by statistics, and this table has none.");
        await using var command = query(db).CreateDbCommand();
        return await OfAsync(db, command);
    });

    public static async Task<string> OfAsync(Db db, DbCommand command)
    {
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        command.CommandText = $"EXPLAIN QUERY PLAN {command.CommandText}";
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var steps = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            steps.Add(reader.GetString(reader.GetOrdinal("detail")));
        }

        return string.Join('\n', steps);
    }
}
