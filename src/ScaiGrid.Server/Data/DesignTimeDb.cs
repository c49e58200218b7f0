using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiGrid.Server.Features.Webhooks;

namespace ScaiGrid.Server.Data;

/// <summary>Lets the tool that writes migrations see the model without starting the server.</summary>
internal sealed class DesignTimeSqliteDb : IDesignTimeDbContextFactory<SqliteDb>
{
    public SqliteDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteDb>().UseSqlite("Data Source=design.db").Options, DesignTime.Scope(), DesignTime.Stamps(), new(TimeProvider.System), DesignTime.Webhooks());
}

/// <inheritdoc cref="DesignTimeSqliteDb"/>
internal sealed class DesignTimePostgresDb : IDesignTimeDbContextFactory<PostgresDb>
{
    public PostgresDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql("Host=design").Options, DesignTime.Scope(), DesignTime.Stamps(), new(TimeProvider.System), DesignTime.Webhooks());
}

internal static class DesignTime
{
    public static TenantScope Scope()
    {
        var scope = new TenantScope(new HttpContextAccessor());
        scope.EnterPlatform();
        return scope;
    }

    public static ChangeStamps Stamps() => new(Scopes(), TimeProvider.System, NullLogger<ChangeStamps>.Instance);

    public static WebhookDirectory Webhooks() => new(Scopes(), Stamps(), new(TimeProvider.System));

    private static IServiceScopeFactory Scopes() => new ServiceCollection().BuildServiceProvider().GetRequiredService<IServiceScopeFactory>();
}
