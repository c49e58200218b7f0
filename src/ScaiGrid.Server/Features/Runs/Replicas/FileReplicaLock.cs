using Microsoft.Data.Sqlite;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>Locked files beside the database's own file, for SQLite: all its processes are on one machine.</summary>
internal sealed class FileReplicaLock(ServerOptions options) : IReplicaLock
{
    private readonly string _folder = Path.Combine(FolderOf(options), "replicas");
    private FileStream? _file;

    public bool IsProof => true;

    public Task HoldAsync(Id<Replica> replica, CancellationToken ct)
    {
        if (_file is null || _file.Name != PathOf(replica))
        {
            _file?.Dispose();
            Directory.CreateDirectory(_folder);
            _file = new(PathOf(replica), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }

        return Task.CompletedTask;
    }

    public Task<bool> IsFreeAsync(Id<Replica> replica, CancellationToken ct)
    {
        try
        {
            using var file = new FileStream(PathOf(replica), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
            return Task.FromResult(true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult(true); // whoever is registered had it, and somebody has cleared it away
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is { } file)
        {
            _file = null;
            await file.DisposeAsync();
        }
    }

    private static string FolderOf(ServerOptions options) =>
        options.Database.ConnectionString is { } given && Path.GetDirectoryName(new SqliteConnectionStringBuilder(given).DataSource) is { Length: > 0 } folder ? folder : options.DataDir;

    private string PathOf(Id<Replica> replica) => Path.GetFullPath(Path.Combine(_folder, $"{replica.Value}.lock"));
}
