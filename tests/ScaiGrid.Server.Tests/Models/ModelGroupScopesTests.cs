using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Models;

/// <summary>The callers are of tenant a, which is of partner p, as is tenant b; tenant c is of partner q.</summary>
public sealed class ModelGroupScopesTests
{
    [Theory]
    [InlineData(Roles.SuperAdmin, "global, p, q, a, b, c")]
    [InlineData(Roles.PartnerAdmin, "p, a, b")]
    [InlineData(Roles.TenantAdmin, "a")]
    [InlineData(Roles.TenantUser, "a")]
    public void A_caller_changes_groups_of(string role, string allowed)
    {
        ModelGroup[] groups = [Group("global"), Group("p"), Group("q"), Group("a"), Group("b"), Group("c")];

        Assert.Equal(allowed, string.Join(", ", groups.Where(g => ModelGroupScopes.Allows(Caller(role), g, PartnerOf(g.TenantId))).Select(g => g.Id)));
    }

    [Theory]
    [InlineData(Roles.SuperAdmin, "platform, a, b, c")]
    [InlineData(Roles.PartnerAdmin, "a, b")]
    [InlineData(Roles.TenantAdmin, "a")]
    public void A_caller_changes_models_and_backends_of(string role, string allowed)
    {
        string[] owners = ["platform", "a", "b", "c"];

        Assert.Equal(allowed, string.Join(", ", owners.Where(o =>
        {
            Id<Tenant>? tenant = o == "platform" ? null : new Id<Tenant>(o);
            return ModelGroupScopes.AllowsOwner(Caller(role), tenant, PartnerOf(tenant));
        })));
    }

    private static Id<Partner>? PartnerOf(Id<Tenant>? tenant) => tenant switch { null => null, { Value: "c" } => new Id<Partner>("q"), _ => new Id<Partner>("p") };

    private static ModelGroup Group(string name) => new()
    {
        Id = new(name),
        Name = name,
        Scope = name switch { "global" => ModelGroupScope.Global, "p" or "q" => ModelGroupScope.Partner, _ => ModelGroupScope.Tenant },
        PartnerId = name is "p" or "q" ? new Id<Partner>(name) : null,
        TenantId = name is "a" or "b" or "c" ? new Id<Tenant>(name) : null,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    private static Principal Caller(string role) => new()
    {
        UserId = new("usr"),
        Email = "",
        Name = "",
        SignIn = SignInMethod.ApiKey,
        TenantId = new Id<Tenant>("a"),
        PartnerId = new Id<Partner>("p"),
        Roles = [role],
    };
}
