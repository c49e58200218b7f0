using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

/// <summary>Everything the server stores in rows. Every tenant-owned set is filtered to the tenant of the request.</summary>
internal abstract partial class Db(DbContextOptions options, TenantScope scope, ChangeStamps stamps, FeedSignal feed, WebhookDirectory webhooks) : DbContext(options)
{
    private readonly List<AuditEntry> _audit = [];
    private readonly List<Func<CancellationToken, Task<bool>>> _conditions = [];
    private readonly List<Func<CancellationToken, Task>> _locks = [];

    /// <summary>The tenant that the current work acts for; null when it acts for the whole platform.</summary>
    public Id<Tenant>? TenantId => scope.TenantId;

    public bool SeesAllTenants => scope.TenantId is null;

    /// <summary>The stream of the audit log that the current work sees and writes to.</summary>
    public string AuditStream => scope.TenantId?.Value ?? AuditEntry.Platform;

    /// <summary>Writes a line of the audit log in the transaction of the next save.</summary>
    public void Audit(AuditEntry entry) => _audit.Add(entry);

    /// <summary>
    /// Says what must hold once the next save's rows are written and before they are committed. Where it does not, the save fails as one that lost a race.
    /// </summary>
    public void Requires(Func<CancellationToken, Task<bool>> condition) => _conditions.Add(condition);

    /// <summary>Says what the next save's transaction is to lock before it touches anything: whoever locks in one order waits for nobody who waits for him.</summary>
    public void LocksFirst(Func<CancellationToken, Task> take) => _locks.Add(take);

    /// <summary>
    /// Runs load, decide, save; and again when another request saved the same rows in between, so that the rules
    /// always decide on what is really stored.
    /// </summary>
    public async Task<T> RetryOnConflictAsync<T>(Func<Task<T>> loadDecideSave)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await loadDecideSave();
            }
            catch (Exception e) when (attempt < 10 && (e is DbUpdateConcurrencyException || (e is DbUpdateException update && IsLostRace(update)) || IsRolledBack(e)))
            {
                ChangeTracker.Clear();
                _audit.Clear();
                _conditions.Clear();
                _locks.Clear();
            }
        }
    }

    public sealed override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Use SaveChangesAsync.");

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var changed = Prepare(out var told);
        (AuditEntry[] lines, Func<CancellationToken, Task<bool>>[] conditions, Func<CancellationToken, Task>[] locks) = ([.. _audit], [.. _conditions], [.. _locks]);
        _audit.Clear(); // a save that fails takes its lines and conditions with it
        _conditions.Clear();
        _locks.Clear();
        if (changed == Stamped.None && lines.Length == 0 && conditions.Length == 0 && locks.Length == 0)
        {
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            feed.Told(told);
            return saved;
        }

        if (Database.CurrentTransaction is not null)
        {
            return changed == Stamped.None
                ? await WriteAsync(lines, conditions, locks, acceptAllChangesOnSuccess, cancellationToken)
                : throw new NotSupportedException("What is cached is refreshed after the commit, which is the caller's here.");
        }

        int rows;
        await using (var transaction = await Database.BeginTransactionAsync(cancellationToken))
        {
            rows = await WriteAsync(lines, conditions, locks, acceptAllChangesOnSuccess, cancellationToken);
            await ChangeStamps.BumpAsync(this, changed, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        feed.Told(told);
        await stamps.RefreshAsync(changed, CancellationToken.None); // it is committed: the caller must see it whatever happens to the request
        return rows;
    }

    /// <summary>Writes lines and rows as part of a transaction, and looks whether what they require holds.</summary>
    private async Task<int> WriteAsync(AuditEntry[] lines, Func<CancellationToken, Task<bool>>[] conditions, Func<CancellationToken, Task>[] locks, bool acceptAllChangesOnSuccess, CancellationToken ct)
    {
        foreach (var take in locks)
        {
            await take(ct);
        }

        await AuditChain.AppendAsync(this, lines, ct);
        var rows = await base.SaveChangesAsync(acceptAllChangesOnSuccess, ct);
        foreach (var holds in conditions)
        {
            if (!await holds(ct))
            {
                throw new DbUpdateConcurrencyException("What the rows rest on is gone meanwhile.");
            }
        }

        return rows;
    }

    /// <summary>Somebody else made the same row, or removed one that this save builds on.</summary>
    protected abstract bool IsLostRace(DbUpdateException exception);

    /// <summary>The database has undone the transaction because it and another waited for each other. Done again it goes through.</summary>
    protected virtual bool IsRolledBack(Exception exception) => false;

    /// <summary>Reads one row of <c>audit_heads</c> and keeps others from reading it until the transaction ends.</summary>
    public abstract IQueryable<AuditHead> LockAuditHead(string stream);

    /// <summary>Reads a tenant's row of <c>catalog_log_heads</c> and keeps others from reading it until the transaction ends.</summary>
    public abstract IQueryable<LogHead> LockLogHead(Id<Tenant> tenant);

    /// <summary>Reads the row of an instance and keeps others from it until the transaction ends.</summary>
    public abstract IQueryable<Instance> LockInstance(InstanceId id);

    /// <summary>Keeps others from all instances of a Core until the transaction ends.</summary>
    public abstract Task LockInstancesAsync(Id<Tenant> tenantId, Id<Core> coreId, CancellationToken ct);

    /// <summary>The listings in whose text each of the words occurs.</summary>
    /// <param name="words">In lower case, at least one.</param>
    public virtual IQueryable<Listing> SearchListings(IReadOnlyList<string> words) =>
        words.Aggregate((IQueryable<Listing>)Listings, (found, word) => found.Where(l => EF.Functions.Like(l.Text, LikePattern(word), "\\")));

    /// <summary>Brings about what migrations cannot say of this database. Runs at every start and changes nothing where it is done already.</summary>
    public abstract Task CompleteSchemaAsync(CancellationToken ct);

    protected static string LikePattern(string word) => $"%{word.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    /// <summary>Reads the message that is to be taken next and keeps others from it until the transaction ends; they are given the one after.</summary>
    public abstract IQueryable<QueueMessage> LockNextMessage(string tenantId, string queue, DateTimeOffset now);

    /// <summary>The next lines of a tenant's feed, in an order in which no line appears before one that was read already.</summary>
    public abstract IQueryable<FeedEntry> FeedAfter(Id<Tenant> tenantId, FeedPosition after);

    /// <summary>Where the feed stands: all that is told from now on comes after.</summary>
    public abstract Task<FeedPosition> FeedEndAsync(CancellationToken ct);

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.ReplaceService<IModelCacheKeyFactory, ModelBySight>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Value>().HaveConversion<Conversions.JsonText, Conversions.JsonComparer>();
        configurationBuilder.Properties<Slug>().HaveConversion<Conversions.Parsed<Slug>>().HaveMaxLength(64);
        configurationBuilder.Properties<ModelSlug>().HaveConversion<Conversions.Parsed<ModelSlug>>().HaveMaxLength(200);
        configurationBuilder.Properties<PackageId>().HaveConversion<Conversions.Parsed<PackageId>>().HaveMaxLength(64);
        configurationBuilder.Properties<SemVer>().HaveConversion<Conversions.Parsed<SemVer>>().HaveMaxLength(SemVer.MaxLength);
        configurationBuilder.Properties<Enum>().HaveConversion<string>().HaveMaxLength(32);
        Conversions.AddIds(configurationBuilder);
    }

    /// <summary>Counts up the versions of changed rows, has the feed tell of them, and tells which cached snapshots the save makes stale.</summary>
    private Stamped Prepare(out IReadOnlyList<FeedEntry> told)
    {
        var changed = Stamped.None;
        List<FeedEntry>? entries = null;
        List<OutgoingEvent>? events = null;
        foreach (var entry in ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            {
                changed |= ChangeStamps.Of(entry.Entity);
                if (FeedChanges.Of(entry, feed.Now) is { } more)
                {
                    (entries ??= []).Add(more);
                    if (webhooks.Of(more) is { } wanted)
                    {
                        (events ??= []).Add(wanted);
                    }
                }
            }

            if (entry.State is EntityState.Modified && entry.Metadata.FindProperty("Version") is { IsConcurrencyToken: true })
            {
                var version = entry.Property("Version");
                version.CurrentValue = (int)version.OriginalValue! + 1; // once a save, however many changes it holds
            }
        }

        Feed.AddRange(told = entries ?? []);
        OutgoingEvents.AddRange(events ?? []);
        return changed;
    }
}
