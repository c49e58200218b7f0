using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Models;

/// <summary>Which names new models may have: each tenant and partner below a prefix of its own, so that nobody takes another's.</summary>
internal static class SlugRules
{
    /// <summary>What is wrong with the name; null when it may be taken.</summary>
    /// <param name="tenant">The tenant that the model is to belong to; null for the platform.</param>
    /// <param name="partner">The slug of that tenant's partner.</param>
    public static string? Check(ModelSlug slug, Principal caller, CatalogueTenant? tenant, Slug? partner)
    {
        if (slug.Value.StartsWith(ModelSlug.CorePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return $"must not begin with '{ModelSlug.CorePrefix}': only publishing a Core makes such models";
        }

        // These would stand at addresses that mean something else.
        if ($"{slug}/".StartsWith("groups/", StringComparison.OrdinalIgnoreCase) || slug.Value.EndsWith("/avatar", StringComparison.OrdinalIgnoreCase))
        {
            return "must not begin with 'groups/' or end with '/avatar'";
        }

        if (caller.IsSuperAdmin)
        {
            return null;
        }

        var ofTenant = $"tenant/{tenant?.Slug}/";
        var ofPartner = ModelGroupScopes.IsPartnerAdminOf(caller, tenant?.PartnerId) ? $"partner/{partner}/" : null;
        return slug.Value.StartsWith(ofTenant, StringComparison.Ordinal) || (ofPartner is not null && slug.Value.StartsWith(ofPartner, StringComparison.Ordinal))
            ? null
            : $"must begin with '{ofTenant}'{(ofPartner is null ? "" : $" or '{ofPartner}'")}";
    }
}
