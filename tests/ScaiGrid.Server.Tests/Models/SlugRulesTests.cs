using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Models;

/// <summary>The callers are of tenant acme, which is of partner north.</summary>
public sealed class SlugRulesTests
{
    private static readonly CatalogueTenant Acme = new(new("tnt_acme"), new("acme"), new("prt_north"), false);

    [Theory]
    [InlineData(Roles.TenantAdmin, "tenant/acme/gpt", true)]
    [InlineData(Roles.TenantAdmin, "tenant/acme/a/b", true)]
    [InlineData(Roles.TenantAdmin, "tenant/acme", false)]
    [InlineData(Roles.TenantAdmin, "tenant/acme2/gpt", false)]
    [InlineData(Roles.TenantAdmin, "Tenant/acme/gpt", false)]
    [InlineData(Roles.TenantAdmin, "partner/north/gpt", false)]
    [InlineData(Roles.TenantAdmin, "openai/gpt-4o", false)]
    [InlineData(Roles.PartnerAdmin, "partner/north/gpt", true)]
    [InlineData(Roles.PartnerAdmin, "tenant/acme/gpt", true)]
    [InlineData(Roles.PartnerAdmin, "partner/south/gpt", false)]
    [InlineData(Roles.PartnerAdmin, "openai/gpt-4o", false)]
    [InlineData(Roles.SuperAdmin, "openai/gpt-4o", true)]
    [InlineData(Roles.SuperAdmin, "gpt-4o", true)]
    [InlineData(Roles.SuperAdmin, "scaicore/acme/agent", false)]
    [InlineData(Roles.SuperAdmin, "ScaiCore/acme/agent", false)]
    [InlineData(Roles.SuperAdmin, "groups", false)]
    [InlineData(Roles.SuperAdmin, "Groups/x", false)]
    [InlineData(Roles.SuperAdmin, "groupsx", true)]
    [InlineData(Roles.SuperAdmin, "openai/avatar", false)]
    public void A_caller_may_take_a_name(string role, string slug, bool may)
    {
        var caller = new Principal
        {
            UserId = new("usr"),
            Email = "",
            Name = "",
            SignIn = SignInMethod.ApiKey,
            TenantId = Acme.Id,
            PartnerId = Acme.PartnerId,
            Roles = [role],
        };

        Assert.Equal(may, SlugRules.Check(new(slug), caller, Acme, new Slug("north")) is null);
    }
}
