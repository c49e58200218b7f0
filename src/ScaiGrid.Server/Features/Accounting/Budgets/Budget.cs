using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Accounting.Budgets;

/// <summary>Whose calls a budget is for.</summary>
internal enum BudgetScope { Partner, Tenant, User, Group }

/// <summary>What happens to calls when a limit is reached.</summary>
internal enum HardAction
{
    /// <summary>They are refused before any model is asked.</summary>
    Block,

    /// <summary>They go on; webhooks are told.</summary>
    Notify,

    /// <summary>A few a minute go on.</summary>
    Throttle,
}

/// <summary>What the calls of a partner, a tenant, a user or a group of users may come to in a period.</summary>
internal sealed class Budget : IIdentified<Budget>
{
    public static string IdPrefix => "bud";

    public required Id<Budget> Id { get; init; }

    public required string Name { get; set; }

    public required BudgetScope Scope { get; init; }

    /// <summary>The id of the partner, tenant, user or group.</summary>
    public required string ScopeId { get; init; }

    /// <summary>The tenant that the scope is or belongs to; null for a partner's budget.</summary>
    public Id<Tenant>? TenantId { get; init; }

    public Id<Partner>? PartnerId { get; init; }

    public required BudgetPeriod Period { get; init; }

    public decimal? CostLimit { get; set; }

    public long? TokenLimit { get; set; }

    public long? RequestLimit { get; set; }

    public HardAction HardAction { get; set; }

    /// <summary>The fraction of a limit, from 0 to 1, at which webhooks are told.</summary>
    public decimal SoftLimitPct { get; set; }

    public int Version { get; private set; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public Limits Limits => new(CostLimit, TokenLimit, RequestLimit);

    internal sealed class Mapping : IEntityTypeConfiguration<Budget>
    {
        public void Configure(EntityTypeBuilder<Budget> budget)
        {
            budget.ToTable("budgets");
            budget.HasKey(b => b.Id);
            budget.HasIndex(b => b.TenantId);
            budget.Property(b => b.Name).HasMaxLength(200);
            budget.Property(b => b.ScopeId).HasMaxLength(64);
            budget.Property(b => b.Version).IsConcurrencyToken();
            budget.Ignore(b => b.Limits);
        }
    }
}

/// <summary>What has become of a budget in one period, over all processes.</summary>
internal sealed class BudgetSpending
{
    public required Id<Budget> BudgetId { get; init; }

    public required DateTimeOffset PeriodStart { get; init; }

    public decimal SpentCost { get; private set; }

    public long SpentTokens { get; private set; }

    public long SpentRequests { get; private set; }

    /// <summary>What is spent, and what processes keep back for calls to come.</summary>
    public decimal ReservedCost { get; private set; }

    public long ReservedTokens { get; private set; }

    public long ReservedRequests { get; private set; }

    public DateTimeOffset? SoftReachedAt { get; set; }

    public DateTimeOffset? HardReachedAt { get; set; }

    public int Version { get; private set; } = 1;

    public Amount Spent
    {
        get => new(SpentCost, SpentTokens, SpentRequests);
        set => (SpentCost, SpentTokens, SpentRequests) = (value.Cost, value.Tokens, value.Requests);
    }

    public Amount Reserved
    {
        get => new(ReservedCost, ReservedTokens, ReservedRequests);
        set => (ReservedCost, ReservedTokens, ReservedRequests) = (value.Cost, value.Tokens, value.Requests);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<BudgetSpending>
    {
        public void Configure(EntityTypeBuilder<BudgetSpending> spending)
        {
            spending.ToTable("budget_spendings");
            spending.HasKey(s => new { s.BudgetId, s.PeriodStart });
            spending.HasOne<Budget>().WithMany().HasForeignKey(s => s.BudgetId).OnDelete(DeleteBehavior.Cascade);
            spending.Property(s => s.Version).IsConcurrencyToken();
            spending.Ignore(s => s.Spent);
            spending.Ignore(s => s.Reserved);
        }
    }
}
