namespace ScaiGrid.Server.Egress;

/// <summary>Where calls may go that tenants cause: their own backends, and what their Cores call.</summary>
internal sealed class EgressOptions
{
    /// <summary>True lets them reach loopback, link-local and private addresses: for installations of one organisation only.</summary>
    public bool AllowPrivateNetworks { get; set; }

    /// <summary>Host names, exactly as they stand in an address, that may be reached wherever they are.</summary>
    public List<string> AllowedHosts { get; set; } = [];

    /// <summary>How large an answer may be that a Core's plugin or HTTP call gets.</summary>
    public int MaxAnswerBytes { get; set; } = 1 << 20;
}
