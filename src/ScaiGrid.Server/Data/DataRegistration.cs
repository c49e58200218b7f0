using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ScaiGrid.Server.Data;

internal static class DataRegistration
{
    extension(IServiceCollection services)
    {
        public IServiceCollection AddData(ServerOptions options)
        {
            services.AddHttpContextAccessor();
            services.AddScoped<TenantScope>();
            services.AddSingleton<ChangeStamps>();
            services.AddSingleton<Features.Events.FeedSignal>();
            services.AddHostedService(s => s.GetRequiredService<ChangeStamps>());
            services.AddDataProtection().SetApplicationName("ScaiGrid");
            services.AddSingleton<IXmlRepository, DataProtectionKeys>();
            services.AddSingleton<IConfigureOptions<KeyManagementOptions>>(s =>
                new ConfigureOptions<KeyManagementOptions>(o => o.XmlRepository = s.GetRequiredService<IXmlRepository>()));

            return options.Database.Provider switch
            {
                "sqlite" => services.AddDbContext<Db, SqliteDb>(o => o.UseSqlite(SqliteConnectionString(options)).AddInterceptors(KeepOpen.Instance, new SqlitePatience())),
                "postgres" => services.AddDbContext<Db, PostgresDb>(o => o.UseNpgsql(options.Database.ConnectionString)),
                var other => throw new InvalidOperationException($"Database:Provider is '{other}'."), // validated before
            };
        }
    }

    /// <summary>Brings the schema up to date; waits while another replica does so.</summary>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken ct)
    {
        await using var scope = services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await db.Database.MigrateAsync(ct);
        await db.CompleteSchemaAsync(ct);
    }

    private static string SqliteConnectionString(ServerOptions options)
    {
        if (options.Database.ConnectionString is { } given)
        {
            return given;
        }

        Directory.CreateDirectory(options.DataDir);
        return new SqliteConnectionStringBuilder { DataSource = Path.Combine(options.DataDir, "scaigrid.db"), DefaultTimeout = 30 }.ToString();
    }
}
