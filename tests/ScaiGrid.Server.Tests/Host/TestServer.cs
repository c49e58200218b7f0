using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Tests.Host;

/// <summary>
/// The real server, in process, on its own database and folder: SQLite, or a fresh database on the PostgreSQL that
/// <c>SCAIGRID_TEST_POSTGRES</c> names when <c>SCAIGRID_TEST_DATABASE</c> is <c>postgres</c>.
/// </summary>
internal sealed class TestServer : WebApplicationFactory<EntryPoint>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("scaigrid-").FullName;
    private readonly Dictionary<string, string?> _settings;
    private readonly Action<IServiceCollection>? _services;
    private readonly PostgresDatabase? _postgres = PostgresDatabase.CreateIfAsked();

    public TestServer(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? services = null) =>
        (_settings, _services) = (settings ?? [], services);

    public static bool OnPostgres => Environment.GetEnvironmentVariable("SCAIGRID_TEST_DATABASE") == "postgres";

    /// <summary>A folder of this server's own, gone with it.</summary>
    public string Folder => _folder;

    /// <summary>Runs work on the database as the platform would.</summary>
    public async Task<T> WithDbAsync<T>(Func<Db, Task<T>> work)
    {
        await using var scope = Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        return await work(scope.ServiceProvider.GetRequiredService<Db>());
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("DataDir", _folder);
        builder.UseSetting("RateLimits:PerKey", "0");
        builder.UseSetting("RateLimits:PerUser", "0");
        builder.UseSetting("RateLimits:PerTenant", "0");
        builder.UseSetting("RateLimits:PerPartner", "0");
        builder.UseSetting("RateLimits:PerAddress", "0");
        builder.UseSetting("RateLimits:PerOpenCore", "0");
        if (_postgres is not null)
        {
            builder.UseSetting("Database:Provider", "postgres");
            builder.UseSetting("Database:ConnectionString", _postgres.ConnectionString);
        }

        foreach (var (name, value) in _settings.Where(s => s.Value is not null)) // one that is told to be null would be empty text
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders());
        if (_services is not null)
        {
            builder.ConfigureServices(_services);
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(_folder)) // the base class disposes twice
        {
            _postgres?.Dispose();
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            try
            {
                Directory.Delete(_folder, recursive: true);
            }
            catch (IOException)
            {
                // SQLite lets go of a file at this moment; the folder is among the machine's temporary ones
            }
        }
    }
}
