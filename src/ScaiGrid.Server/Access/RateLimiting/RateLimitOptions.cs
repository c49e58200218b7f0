namespace ScaiGrid.Server.Access.RateLimiting;

/// <summary>Requests in any 60 seconds; 0 = unlimited. A key, user, tenant or partner may have a number of its own.</summary>
internal sealed class RateLimitOptions
{
    public int PerKey { get; set; } = 60;

    public int PerUser { get; set; } = 120;

    public int PerTenant { get; set; } = 1000;

    public int PerPartner { get; set; } = 5000;

    /// <summary>For one address (IPv6: one /64), once for anonymous requests and once for sign-ins that fail.</summary>
    public int PerAddress { get; set; } = 300;

    /// <summary>For the webhooks of one Core that ask for no proof: they are nobody's, and must not use up what is their tenant's.</summary>
    public int PerOpenCore { get; set; } = 120;
}
