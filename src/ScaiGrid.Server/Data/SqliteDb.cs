using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
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

internal sealed class SqliteDb(DbContextOptions<SqliteDb> options, TenantScope scope, ChangeStamps stamps, FeedSignal feed, WebhookDirectory webhooks) : Db(options, scope, stamps, feed, webhooks)
{
    private const int TrigramLength = 3;

    private const int ConstraintUnique = 2067, ConstraintPrimaryKey = 1555, ConstraintForeignKey = 787;

    protected override bool IsLostRace(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: ConstraintUnique or ConstraintPrimaryKey or ConstraintForeignKey };

    // A write transaction is the only one of its kind in SQLite: it is the lock.
    public override IQueryable<AuditHead> LockAuditHead(string stream) => Set<AuditHead>().Where(h => h.Stream == stream);

    public override IQueryable<LogHead> LockLogHead(Id<Tenant> tenant) => LogHeads.Where(h => h.TenantId == tenant);

    public override Task LockInstancesAsync(Id<Tenant> tenantId, Id<Core> coreId, CancellationToken ct) => Task.CompletedTask;

    public override IQueryable<Instance> LockInstance(InstanceId id) => Instances.Where(i => i.TenantId == id.TenantId && i.CoreId == id.CoreId && i.Key == id.Key);

    /// <summary>Trigrams find words of three characters and more; shorter ones, which occur in many texts, are looked for in what is left.</summary>
    public override IQueryable<Listing> SearchListings(IReadOnlyList<string> words)
    {
        var (longer, shorter) = (words.Where(w => w.Length >= TrigramLength).ToList(), words.Where(w => w.Length < TrigramLength).ToList());
        if (longer.Count == 0)
        {
            return base.SearchListings(words);
        }

        // The row id stands for the number, so that the index itself gives the newest first and nothing has to be sorted.
        var match = string.Join(" AND ", longer.Select(w => $"\"{w.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        var found = Listings.FromSql($"SELECT s.rowid AS number, l.tenant_id, l.package_id, l.text FROM catalog_search s CROSS JOIN catalog_listings l ON l.number = s.rowid WHERE catalog_search MATCH {match}");
        return shorter.Aggregate(found, (rest, word) => rest.Where(l => EF.Functions.Like(l.Text, LikePattern(word), "\\")));
    }

    public override Task CompleteSchemaAsync(CancellationToken ct) => Database.ExecuteSqlRawAsync(
        """
        PRAGMA journal_mode = WAL; -- kept in the file: readers and the writer do not wait for each other
        CREATE VIRTUAL TABLE IF NOT EXISTS catalog_search USING fts5(text, content = 'catalog_listings', content_rowid = 'number', tokenize = 'trigram');
        CREATE TRIGGER IF NOT EXISTS catalog_search_insert AFTER INSERT ON catalog_listings BEGIN
          INSERT INTO catalog_search (rowid, text) VALUES (new.number, new.text);
        END;
        CREATE TRIGGER IF NOT EXISTS catalog_search_delete AFTER DELETE ON catalog_listings BEGIN
          INSERT INTO catalog_search (catalog_search, rowid, text) VALUES ('delete', old.number, old.text);
        END;
        CREATE TRIGGER IF NOT EXISTS catalog_search_update AFTER UPDATE OF text ON catalog_listings WHEN old.text <> new.text BEGIN
          INSERT INTO catalog_search (catalog_search, rowid, text) VALUES ('delete', old.number, old.text);
          INSERT INTO catalog_search (rowid, text) VALUES (new.number, new.text);
        END;
        """, ct);

    public override IQueryable<QueueMessage> LockNextMessage(string tenantId, string queue, DateTimeOffset now) => QueueMessages
        .Where(m => m.TenantId == new Id<Tenant>(tenantId) && m.Queue == queue && m.State == QueueMessageState.Ready && m.VisibleAt <= now)
        .OrderByDescending(m => m.Rank).ThenBy(m => m.Id).Take(1);

    public override IQueryable<FeedEntry> FeedAfter(Id<Tenant> tenantId, FeedPosition after) => Feed.Where(e => e.TenantId == tenantId && e.Number > after.Number).OrderBy(e => e.Number);

    public override async Task<FeedPosition> FeedEndAsync(CancellationToken ct) => new(0, await Feed.MaxAsync(e => (long?)e.Number, ct) ?? 0);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);

        // SQLite has no time type: microseconds since 1970 sort and compare as times do.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<Conversions.Microseconds>();
    }
}
