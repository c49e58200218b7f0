using Npgsql;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>A database of its own on the PostgreSQL that the tests were given.</summary>
internal sealed class PostgresDatabase : IDisposable
{
    private readonly string _server, _name;

    private PostgresDatabase(string server)
    {
        _server = server;
        _name = $"test_{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}";
        Execute($"CREATE DATABASE {_name}");
    }

    public string ConnectionString => $"{_server};Database={_name};Maximum Pool Size=20";

    public static PostgresDatabase? CreateIfAsked() => TestServer.OnPostgres
        ? new(Environment.GetEnvironmentVariable("SCAIGRID_TEST_POSTGRES") ?? throw new InvalidOperationException("SCAIGRID_TEST_POSTGRES must name a server; ./build.sh test starts one."))
        : null;

    public void Dispose()
    {
        using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        Execute($"DROP DATABASE {_name} WITH (FORCE)");
    }

    private void Execute(string sql)
    {
        using var connection = new NpgsqlConnection($"{_server};Database=postgres;Pooling=false");
        connection.Open();
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
