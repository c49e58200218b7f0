using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Tests.Models;

/// <summary>Two partners, p and q; p has the tenants a and b, q has c.</summary>
public sealed class VisibilityTests
{
    private static readonly Dictionary<string, string> PartnerOf = new() { ["a"] = "p", ["b"] = "p", ["c"] = "q" };

    // The model's owner ('-' = the platform) and its groups: g = global, p = of partner p, a = of tenant a, …
    [Theory]
    [InlineData("user a", "-", "", "Visible")]
    [InlineData("user a", "a", "", "Visible")]
    [InlineData("user a", "b", "", "NotFound")]
    [InlineData("user a", "c", "", "NotFound")]
    [InlineData("user a", "c", "g", "Visible")]
    [InlineData("user a", "b", "p", "Visible")]
    [InlineData("user c", "b", "p", "NotFound")]
    [InlineData("user a", "c", "q", "NotFound")]
    [InlineData("user a", "b", "b", "NotFound")]
    [InlineData("user a", "b", "a", "Visible")]
    [InlineData("user a", "b", "b q p", "Visible")]
    // A tenant that restricts: nothing outside groups.
    [InlineData("restricted a", "-", "", "Denied")]
    [InlineData("restricted a", "a", "", "Denied")]
    [InlineData("restricted a", "b", "", "NotFound")]
    [InlineData("restricted a", "a", "a", "Visible")]
    [InlineData("restricted a", "-", "g", "Visible")]
    [InlineData("restricted a", "-", "p", "Visible")]
    [InlineData("restricted a", "-", "q", "Denied")]
    [InlineData("restricted a", "c", "g", "Visible")]
    // A key that lists groups: nothing outside those, and those only within reach.
    [InlineData("key:a a", "a", "", "Denied")]
    [InlineData("key:a a", "-", "", "Denied")]
    [InlineData("key:a a", "-", "g", "Denied")]
    [InlineData("key:a a", "-", "a", "Visible")]
    [InlineData("key:a a", "a", "a", "Visible")]
    [InlineData("key:a a", "a", "p g", "Denied")]
    [InlineData("key:g a", "c", "g", "Visible")]
    [InlineData("key:b a", "b", "b", "NotFound")]
    [InlineData("key:q a", "-", "q", "Denied")]
    [InlineData("key:none a", "a", "a g p", "Denied")]
    // Administrators.
    [InlineData("partner_admin a", "b", "", "Visible")]
    [InlineData("partner_admin a", "c", "", "NotFound")]
    [InlineData("tenant_admin a", "b", "", "NotFound")]
    [InlineData("super", "-", "", "Visible")]
    [InlineData("super", "c", "", "Visible")]
    [InlineData("super", "c", "c", "Visible")]
    [InlineData("super_key:c", "c", "c", "Visible")]
    [InlineData("super_key:c", "-", "g", "Denied")]
    [InlineData("super_in a", "-", "", "Visible")]
    [InlineData("super_in a", "b", "", "NotFound")]
    public void A_caller_sees(string caller, string owner, string groups, string sight)
    {
        var (principal, tenant) = Caller(caller);

        Assert.Equal(Enum.Parse<Sight>(sight), Visibility.See(principal, tenant, Model(owner, groups)));
    }

    [Fact]
    public void Resolving_tells_why_a_model_is_not_shown()
    {
        var (principal, _) = Caller("key:a a");
        var snapshot = new CatalogueSnapshot([Model("a", ""), Model("b", "b"), Model("-", "a")], [], []);

        Assert.Equal(ModelErrors.AccessDenied, Refusal(snapshot, principal, "x/a"));
        Assert.Equal(ModelErrors.NotFound, Refusal(snapshot, principal, "x/b"));
        Assert.Equal(ModelErrors.NotFound, Refusal(snapshot, principal, "x/nothing"));
        Assert.Null(Refusal(snapshot, principal, "x/-"));
    }

    private static ErrorType? Refusal(CatalogueSnapshot snapshot, Principal principal, string slug) =>
        snapshot.Resolve(principal, slug).Succeeded(out _, out var error) ? null : error.Type;

    private static CatalogueModel Model(string owner, string groups) =>
        new(new()
        {
            Id = new($"fm_{owner}"),
            Slug = new($"x/{owner}"),
            TenantId = owner == "-" ? null : new Id<Tenant>(owner),
            DisplayName = "x",
            CreatedAt = DateTimeOffset.UnixEpoch,
        })
        {
            PartnerId = owner == "-" ? null : new Id<Partner>(PartnerOf[owner]),
            Groups = [.. groups.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Group)],
        };

    private static CatalogueGroup Group(string name) => name switch
    {
        "g" => new(new(name), ModelGroupScope.Global, null, null),
        "p" or "q" => new(new(name), ModelGroupScope.Partner, new Id<Partner>(name), null),
        _ => new(new(name), ModelGroupScope.Tenant, null, new Id<Tenant>(name)),
    };

    private static (Principal Principal, CatalogueTenant? Tenant) Caller(string text)
    {
        var words = text.Split(' ');
        var kind = words[0].Split(':');
        var tenant = words.Length > 1 ? words[1] : null;
        var principal = new Principal
        {
            UserId = new("usr"),
            Email = "",
            Name = "",
            SignIn = SignInMethod.ApiKey,
            TenantId = tenant is null ? null : new Id<Tenant>(tenant),
            PartnerId = tenant is null ? null : new Id<Partner>(PartnerOf[tenant]),
            Roles = kind[0] switch { "partner_admin" => [Roles.PartnerAdmin], "tenant_admin" => [Roles.TenantAdmin], "super" or "super_key" or "super_in" => [Roles.SuperAdmin], _ => [Roles.TenantUser] },
            ModelGroups = kind.Length > 1 ? [kind[1]] : null,
        };
        return (principal, tenant is null ? null : new(new(tenant), new(tenant), new(PartnerOf[tenant]), kind[0] == "restricted"));
    }
}
