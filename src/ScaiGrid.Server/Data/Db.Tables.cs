using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access.Oidc;
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
using Webhook = ScaiGrid.Server.Features.Webhooks.Webhook;

namespace ScaiGrid.Server.Data;

/// <summary>The tables, by name.</summary>
internal abstract partial class Db
{
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
}
