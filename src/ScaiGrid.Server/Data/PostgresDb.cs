using Microsoft.EntityFrameworkCore;
using Npgsql;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

internal sealed class PostgresDb(DbContextOptions<PostgresDb> options, TenantScope scope, ChangeStamps stamps, FeedSignal feed, WebhookDirectory webhooks) : Db(options, scope, stamps, feed, webhooks)
{
    protected override bool IsLostRace(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation };

    protected override bool IsRolledBack(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure }
        || (exception.InnerException is { } inner && IsRolledBack(inner)); // EF wraps it, once or twice

    public override IQueryable<AuditHead> LockAuditHead(string stream) =>
        Set<AuditHead>().FromSql($"SELECT * FROM audit_heads WHERE stream = {stream} FOR UPDATE");

    public override IQueryable<LogHead> LockLogHead(Id<Tenant> tenant) =>
        LogHeads.FromSql($"SELECT * FROM catalog_log_heads WHERE tenant_id = {tenant.Value} FOR UPDATE");

    public override Task LockInstancesAsync(Id<Tenant> tenantId, Id<Core> coreId, CancellationToken ct) => Database.ExecuteSqlAsync(
        $"SELECT 1 FROM instances WHERE tenant_id = {tenantId.Value} AND core_id = {coreId.Value} ORDER BY key FOR UPDATE", ct);

    public override IQueryable<Instance> LockInstance(InstanceId id) =>
        Instances.FromSql($"SELECT * FROM instances WHERE tenant_id = {id.TenantId.Value} AND core_id = {id.CoreId.Value} AND key = {id.Key} FOR UPDATE");

    /// <summary>The index that searches use. Where pg_trgm is not installed or may not be used, they find the same by looking at every package of the tenant.</summary>
    public override Task CompleteSchemaAsync(CancellationToken ct) => Database.ExecuteSqlRawAsync(
        """
        DO $$ BEGIN
          PERFORM pg_advisory_xact_lock(7310512904); -- replicas that start together take turns
          CREATE EXTENSION IF NOT EXISTS pg_trgm;
          CREATE INDEX IF NOT EXISTS ix_catalog_listings_text ON catalog_listings USING gin (text gin_trgm_ops);
        EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
          RAISE WARNING 'pg_trgm cannot be used (%), so searches in the catalog look at every package.', SQLERRM;
        END $$;
        """, ct);

    // What transactions that are still under way will have written is not passed by: only what every later one comes after is read.
    public override IQueryable<FeedEntry> FeedAfter(Id<Tenant> tenantId, FeedPosition after) => Feed.FromSql(
        $"""
        SELECT * FROM event_feed WHERE tenant_id = {tenantId.Value} AND (place, number) > ({after.Place}, {after.Number})
        AND place < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        """).OrderBy(e => e.Place).ThenBy(e => e.Number);

    public override async Task<FeedPosition> FeedEndAsync(CancellationToken ct) =>
        new(await Database.SqlQuery<long>($"""SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS "Value" """).SingleAsync(ct), long.MaxValue);

    public override IQueryable<QueueMessage> LockNextMessage(string tenantId, string queue, DateTimeOffset now) => Set<QueueMessage>().FromSql(
        $"SELECT * FROM queue_messages WHERE tenant_id = {tenantId} AND queue = {queue} AND state = 'Ready' AND visible_at <= {now} ORDER BY rank DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED");
}
