using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>Advisory locks of a connection that is kept for nothing else: PostgreSQL frees them when it ends, at once when the process was killed.</summary>
internal sealed class PostgresReplicaLock(ServerOptions options) : IReplicaLock
{
    private readonly string _connectionString = new NpgsqlConnectionStringBuilder(options.Database.ConnectionString) { Pooling = false, CommandTimeout = 5 }.ConnectionString;
    private readonly SemaphoreSlim _turn = new(1); // a connection does one thing at a time
    private NpgsqlConnection? _connection;
    private Id<Replica> _held;

    public bool IsProof => false;

    public async Task HoldAsync(Id<Replica> replica, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (_connection is not null && _held == replica)
            {
                await AskAsync(_connection, "SELECT true", 0, ct); // a connection that is broken shows it when it is used
                return;
            }

            await CloseAsync();
            _connection = new(_connectionString);
            await _connection.OpenAsync(ct);
            await AskAsync(_connection, "SELECT pg_advisory_lock($1) IS NOT NULL", KeyOf(replica), ct);
            _held = replica;
        }
        catch
        {
            await CloseAsync();
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async Task<bool> IsFreeAsync(Id<Replica> replica, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return _connection is not null && await AskAsync(_connection, "SELECT pg_try_advisory_xact_lock($1)", KeyOf(replica), ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    private async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private static async Task<bool> AskAsync(NpgsqlConnection connection, string sql, long key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        if (sql.Contains("$1", StringComparison.Ordinal))
        {
            command.Parameters.Add(new() { Value = key });
        }

        return await command.ExecuteScalarAsync(ct) is true;
    }

    private static long KeyOf(Id<Replica> replica) => BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(replica.Value)));
}
