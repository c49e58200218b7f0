using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>A flow without its graph.</summary>
internal sealed record FlowSummary(
    Id<Flow> Id, string Name, string? Description, Id<User> OwnerId, Id<Tenant> TenantId, SemVer Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static FlowSummary Of(Flow flow) =>
        new(flow.Id, flow.Name, flow.Description, flow.OwnerId, flow.TenantId, flow.ContentVersion, flow.CreatedAt, flow.UpdatedAt);
}

/// <summary>A flow with its graph.</summary>
/// <param name="Access">The caller's own level on the flow.</param>
internal sealed record FlowDetail(
    Id<Flow> Id, string Name, string? Description, Id<User> OwnerId, Id<Tenant> TenantId, SemVer Version, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    FlowLevel Access, Value Content)
{
    public static FlowDetail Of(Flow flow, FlowLevel access, Value content) =>
        new(flow.Id, flow.Name, flow.Description, flow.OwnerId, flow.TenantId, flow.ContentVersion, flow.CreatedAt, flow.UpdatedAt, access, content);
}
