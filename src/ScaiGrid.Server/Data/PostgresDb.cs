using Microsoft.EntityFrameworkCore;
using Npgsql;
using ScaiGrid.Server.Features.Audit;

namespace ScaiGrid.Server.Data;

internal sealed class PostgresDb(DbContextOptions<PostgresDb> options, TenantScope scope, ChangeStamps stamps) : Db(options, scope, stamps)
{
    protected override bool IsLostRace(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation };

    public override IQueryable<AuditHead> LockAuditHead(string stream) =>
        Set<AuditHead>().FromSql($"SELECT * FROM audit_heads WHERE stream = {stream} FOR UPDATE");
}
