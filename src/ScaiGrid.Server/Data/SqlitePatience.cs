using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Lets SQLite itself wait for another writer, a millisecond at first and longer by and by. The client library would ask again every
/// 150 milliseconds, although most writers are done in less than one.
/// </summary>
internal sealed class SqlitePatience : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Teach(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Teach(connection);
        return Task.CompletedTask;
    }

    private static void Teach(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA busy_timeout = 10000";
        command.ExecuteNonQuery();
    }
}
