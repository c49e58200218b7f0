using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Flows.Packages;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Catalog;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Flows;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Runs.Effects;
using ScaiGrid.Server.Features.Runs.Replicas;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Features.Triggers;
using ScaiGrid.Server.Features.Users;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;
using Webhook = ScaiGrid.Server.Features.Webhooks.Webhook;

namespace ScaiGrid.Server.Data;

/// <summary>Everything the server stores in rows. Every tenant-owned set is filtered to the tenant of the request.</summary>
internal abstract class Db(DbContextOptions options, TenantScope scope, ChangeStamps stamps, FeedSignal feed, WebhookDirectory webhooks) : DbContext(options)
{
    private readonly List<AuditEntry> _audit = [];
    private readonly List<Func<CancellationToken, Task<bool>>> _conditions = [];
    private readonly List<Func<CancellationToken, Task>> _locks = [];

    /// <summary>The tenant that the current work acts for; null when it acts for the whole platform.</summary>
    public Id<Tenant>? TenantId => scope.TenantId;

    public bool SeesAllTenants => scope.TenantId is null;

    /// <summary>The stream of the audit log that the current work sees and writes to.</summary>
    public string AuditStream => scope.TenantId?.Value ?? AuditEntry.Platform;

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Audience> Audiences => Set<Audience>();

    public DbSet<AuditEntry> AuditLog => Set<AuditEntry>();

    public DbSet<BackendModel> Backends => Set<BackendModel>();

    public DbSet<CatalogKey> CatalogKeys => Set<CatalogKey>();

    public DbSet<Checkpoint> Checkpoints => Set<Checkpoint>();

    public DbSet<Core> Cores => Set<Core>();

    public DbSet<CoreProgram> Programs => Set<CoreProgram>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    public DbSet<FeedEntry> Feed => Set<FeedEntry>();

    public DbSet<FlowAcl> FlowAcls => Set<FlowAcl>();

    public DbSet<Budget> Budgets => Set<Budget>();

    public DbSet<BudgetSpending> BudgetSpendings => Set<BudgetSpending>();

    public DbSet<CustomRole> CustomRoles => Set<CustomRole>();

    public DbSet<FlowDeployment> FlowDeployments => Set<FlowDeployment>();

    public DbSet<Flow> Flows => Set<Flow>();

    public DbSet<FlowVersion> FlowVersions => Set<FlowVersion>();

    public DbSet<DeviceLogin> DeviceLogins => Set<DeviceLogin>();

    public DbSet<FailedSignIns> FailedSignIns => Set<FailedSignIns>();

    public DbSet<Grant> Grants => Set<Grant>();

    public DbSet<GrantToken> GrantTokens => Set<GrantToken>();

    public DbSet<Instance> Instances => Set<Instance>();

    public DbSet<Listing> Listings => Set<Listing>();

    public DbSet<LogHead> LogHeads => Set<LogHead>();

    public DbSet<LogLeaf> LogLeaves => Set<LogLeaf>();

    public DbSet<LogNode> LogNodes => Set<LogNode>();

    public DbSet<FrontendModel> Models => Set<FrontendModel>();

    public DbSet<ModelBackend> ModelBackends => Set<ModelBackend>();

    public DbSet<ModelGroup> ModelGroups => Set<ModelGroup>();

    public DbSet<OutgoingEvent> OutgoingEvents => Set<OutgoingEvent>();

    public DbSet<CatalogPackage> Packages => Set<CatalogPackage>();

    public DbSet<PackageVersion> PackageVersions => Set<PackageVersion>();

    public DbSet<Partner> Partners => Set<Partner>();

    public DbSet<PublishReceipt> PublishReceipts => Set<PublishReceipt>();

    public DbSet<QueueMessage> QueueMessages => Set<QueueMessage>();

    public DbSet<Replica> Replicas => Set<Replica>();

    public DbSet<Run> Runs => Set<Run>();

    public DbSet<CoreSchedule> Schedules => Set<CoreSchedule>();

    public DbSet<ServiceClient> ServiceClients => Set<ServiceClient>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();

    public DbSet<Stamp> Stamps => Set<Stamp>();

    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<UsageRecord> Usage => Set<UsageRecord>();

    public DbSet<User> Users => Set<User>();

    public DbSet<UserGroup> UserGroups => Set<UserGroup>();

    public DbSet<RunWait> Waits => Set<RunWait>();

    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();

    public DbSet<Webhook> Webhooks => Set<Webhook>();

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

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfiguration(new ApiKey.Mapping());
        modelBuilder.ApplyConfiguration(new Audience.Mapping(this));
        modelBuilder.ApplyConfiguration(new AuditEntry.Mapping(this));
        modelBuilder.ApplyConfiguration(new AuditHead.Mapping());
        modelBuilder.ApplyConfiguration(new BackendModel.Mapping());
        modelBuilder.ApplyConfiguration(new Budget.Mapping());
        modelBuilder.ApplyConfiguration(new BudgetSpending.Mapping());
        modelBuilder.ApplyConfiguration(new CatalogKey.Mapping(this));
        modelBuilder.ApplyConfiguration(new CatalogPackage.Mapping(this));
        modelBuilder.ApplyConfiguration(new Checkpoint.Mapping(this));
        modelBuilder.ApplyConfiguration(new Core.Mapping(this));
        modelBuilder.ApplyConfiguration(new CoreProgram.Mapping(this));
        modelBuilder.ApplyConfiguration(new CoreSchedule.Mapping(this));
        modelBuilder.ApplyConfiguration(new CustomRole.Mapping(this));
        modelBuilder.ApplyConfiguration(new DataProtectionKey.Mapping());
        modelBuilder.ApplyConfiguration(new FeedEntry.Mapping(this));
        modelBuilder.ApplyConfiguration(new Flow.Mapping(this));
        modelBuilder.ApplyConfiguration(new FlowAcl.Mapping(this));
        modelBuilder.ApplyConfiguration(new FlowDeployment.Mapping(this));
        modelBuilder.ApplyConfiguration(new FlowVersion.Mapping(this));
        modelBuilder.ApplyConfiguration(new DeviceLogin.Mapping());
        modelBuilder.ApplyConfiguration(new FailedSignIns.Mapping());
        modelBuilder.ApplyConfiguration(new FrontendModel.Mapping());
        modelBuilder.ApplyConfiguration(new Grant.Mapping());
        modelBuilder.ApplyConfiguration(new GrantToken.Mapping());
        modelBuilder.ApplyConfiguration(new Instance.Mapping(this));
        modelBuilder.ApplyConfiguration(new Listing.Mapping(this));
        modelBuilder.ApplyConfiguration(new LogHead.Mapping());
        modelBuilder.ApplyConfiguration(new LogLeaf.Mapping());
        modelBuilder.ApplyConfiguration(new LogNode.Mapping());
        modelBuilder.ApplyConfiguration(new ModelBackend.Mapping());
        modelBuilder.ApplyConfiguration(new ModelGroup.Mapping());
        modelBuilder.ApplyConfiguration(new OutgoingEvent.Mapping());
        modelBuilder.ApplyConfiguration(new PackageVersion.Mapping(this));
        modelBuilder.ApplyConfiguration(new Partner.Mapping());
        modelBuilder.ApplyConfiguration(new PublishReceipt.Mapping(this));
        modelBuilder.ApplyConfiguration(new QueueMessage.Mapping(this));
        modelBuilder.ApplyConfiguration(new Replica.Mapping());
        modelBuilder.ApplyConfiguration(new Run.Mapping(this));
        modelBuilder.ApplyConfiguration(new RunWait.Mapping(this));
        modelBuilder.ApplyConfiguration(new ServiceClient.Mapping());
        modelBuilder.ApplyConfiguration(new Session.Mapping());
        modelBuilder.ApplyConfiguration(new SigningKey.Mapping());
        modelBuilder.ApplyConfiguration(new Stamp.Mapping());
        modelBuilder.ApplyConfiguration(new Tenant.Mapping());
        modelBuilder.ApplyConfiguration(new UsageRecord.Mapping(this));
        modelBuilder.ApplyConfiguration(new User.Mapping());
        modelBuilder.ApplyConfiguration(new UserGroup.Mapping());
        modelBuilder.ApplyConfiguration(new Webhook.Mapping(this));
        modelBuilder.ApplyConfiguration(new WebhookDelivery.Mapping(this));
        SnakeCase.Apply(modelBuilder);
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
