using System.Security.Cryptography;

namespace ScaiGrid.EndToEnd.Host;

public enum Database { Sqlite, Postgres }

/// <summary>What outlives a server's process: its folder, its database, its configuration. Any number of processes may run on it.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private readonly List<ServerProcess> _servers = [];
    private readonly Dictionary<string, string> _settings;

    private Installation(string folder, Rows rows, string bootstrap, IReadOnlyDictionary<string, string>? settings)
    {
        (Folder, Rows) = (folder, rows);
        _settings = new(rows.Settings)
        {
            ["SCAIGRID_DataDir"] = folder,
            ["SCAIGRID_Bootstrap__File"] = Repository.PathOf(bootstrap),
            ["E2E_KEY"] = Key,
            ["E2E_OTHER_KEY"] = OtherKey,
            ["E2E_UPSTREAM"] = "http://127.0.0.1:9", // nobody answers there
        };
        foreach (var level in (string[])["PerKey", "PerUser", "PerTenant", "PerPartner", "PerAddress"])
        {
            _settings[$"SCAIGRID_RateLimits__{level}"] = "0";
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
        {
            _settings[name] = value;
        }
    }

    public string Folder { get; }

    public Rows Rows { get; }

    /// <summary>Keys of Alice, who administers the tenant acme.</summary>
    public string Key { get; } = NewKey();

    public string OtherKey { get; } = NewKey();

    public static Installation Make(
        Database database = Database.Sqlite, string bootstrap = "tests/ScaiGrid.EndToEnd/bootstrap.yaml", IReadOnlyDictionary<string, string>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("scaigrid-e2e-").FullName;
        return new(folder, database == Database.Postgres ? Rows.OnPostgres() : Rows.InFile(folder), bootstrap, settings);
    }

    public async Task<ServerProcess> StartAsync(string? runtimeConfig = null)
    {
        var server = await ServerProcess.StartAsync(_settings, runtimeConfig);
        _servers.Add(server);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Rows.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string NewKey() => $"sgk_{System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
}
