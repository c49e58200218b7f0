using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;

namespace ScaiGrid.Server.Access.RateLimiting;

/// <summary>What requests are counted for. A request is counted in this order, which is also the order of the locks.</summary>
internal enum RateLevel { AnonymousAddress, FailedSignIn, Key, User, Tenant, Partner, OpenCore, Budget }

/// <summary>How many requests one key, user, tenant, partner or address may make in any 60 seconds.</summary>
/// <param name="Limit">At least 1: what is unlimited has no quota.</param>
internal readonly record struct Quota(RateLevel Level, string Id, int Limit)
{
    /// <summary>The quotas of a caller, in the order of their levels.</summary>
    public static Quota[] Of(ApiKey? key, User user, Tenant? tenant, Partner? partner, RateLimitOptions defaults)
    {
        ReadOnlySpan<Quota> all =
        [
            new(RateLevel.Key, key?.Id.Value ?? "", key is null ? 0 : key.RateLimit ?? defaults.PerKey),
            new(RateLevel.User, user.Id.Value, user.RateLimit ?? defaults.PerUser),
            new(RateLevel.Tenant, tenant?.Id.Value ?? "", tenant is null ? 0 : tenant.RateLimit ?? defaults.PerTenant),
            new(RateLevel.Partner, partner?.Id.Value ?? "", partner is null ? 0 : partner.RateLimit ?? defaults.PerPartner),
        ];
        var limited = new List<Quota>(all.Length);
        foreach (var quota in all)
        {
            if (quota.Limit > 0)
            {
                limited.Add(quota);
            }
        }

        return [.. limited];
    }
}
