using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>An installation's own database, SQLite or PostgreSQL, looked into from outside.</summary>
internal sealed class Rows : IDisposable
{
    private readonly string? _server, _name;
    private readonly string _connection;

    private Rows(string connection, string? server = null, string? name = null) => (_connection, _server, _name) = (connection, server, name);

    public IReadOnlyDictionary<string, string> Settings => _server is null ? new Dictionary<string, string>() : new Dictionary<string, string>
    {
        ["SCAIGRID_Database__Provider"] = "postgres",
        ["SCAIGRID_Database__ConnectionString"] = _connection,
    };

    public static Rows InFile(string folder) => new($"Data Source={Path.Combine(folder, "scaigrid.db")};Default Timeout=30");

    /// <summary>A fresh database on the PostgreSQL that <c>SCAIGRID_TEST_POSTGRES</c> names.</summary>
    public static Rows OnPostgres()
    {
        var server = Environment.GetEnvironmentVariable("SCAIGRID_TEST_POSTGRES");
        Assert.SkipWhen(server is null, "SCAIGRID_TEST_POSTGRES names no PostgreSQL; ./build.sh e2e starts one.");
        var name = $"e2e_{Path.GetRandomFileName().Replace(".", "", StringComparison.Ordinal)}";
        var rows = new Rows($"{server};Database={name};Maximum Pool Size=20", server, name);
        rows.Run($"{server};Database=postgres;Pooling=false", $"CREATE DATABASE {name}");
        return rows;
    }

    public long Count(string table, string where = "1 = 1") => long.Parse(Single($"SELECT count(*) FROM {table} WHERE {where}").Single(), CultureInfo.InvariantCulture);

    /// <summary>The first column of all rows, as text.</summary>
    public IReadOnlyList<string> Single(string sql)
    {
        using var connection = Open($"{_connection};Pooling=false");
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read())
        {
            values.Add(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture)!);
        }

        return values;
    }

    public void Execute(string sql) => Run($"{_connection};Pooling=false", sql);

    public void Dispose()
    {
        if (_server is not null)
        {
            Run($"{_server};Database=postgres;Pooling=false", $"DROP DATABASE {_name} WITH (FORCE)");
        }
    }

    private void Run(string connectionString, string sql)
    {
        using var connection = Open(connectionString);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private DbConnection Open(string connectionString)
    {
        DbConnection connection = _server is null ? new SqliteConnection(connectionString) : new NpgsqlConnection(connectionString);
        connection.Open();
        return connection;
    }
}
