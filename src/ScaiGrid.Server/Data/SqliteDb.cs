using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Features.Audit;

namespace ScaiGrid.Server.Data;

internal sealed class SqliteDb(DbContextOptions<SqliteDb> options, TenantScope scope, ChangeStamps stamps) : Db(options, scope, stamps)
{
    private const int ConstraintUnique = 2067, ConstraintPrimaryKey = 1555, ConstraintForeignKey = 787;

    protected override bool IsLostRace(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: ConstraintUnique or ConstraintPrimaryKey or ConstraintForeignKey };

    // A write transaction is the only one of its kind in SQLite: it is the lock.
    public override IQueryable<AuditHead> LockAuditHead(string stream) => Set<AuditHead>().Where(h => h.Stream == stream);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite has no time type: microseconds since 1970 sort and compare as times do.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Conversions.Microseconds>();
    }
}
