using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>Checks of what an admin says about a webhook.</summary>
internal static class WebhookSettings
{
    public const int DefaultRetries = 5, MostRetries = 10;

    public static List<Fault> Check(string? url, IReadOnlyList<string>? events, string? secret, int? retries, EgressOptions egress)
    {
        var faults = new List<Fault>();
        if (url is not null && FaultOf(url, egress) is { } fault)
        {
            faults.Add(new("url", fault));
        }

        if (events is { Count: 0 or > 50 })
        {
            faults.Add(new("events", "must name 1 to 50 types of events"));
        }

        faults.AddRange((events ?? []).Index().Where(e => !EventTypes.Patterns.Contains(e.Item)).Select(e => new Fault($"events[{e.Index}]", $"'{e.Item}' is not one of {string.Join(", ", EventTypes.Patterns)}")));
        if (secret is { Length: < 16 or > 256 })
        {
            faults.Add(new("secret", "must have 16 to 256 characters"));
        }

        if (retries is < 0 or > MostRetries)
        {
            faults.Add(new("max_retries", $"must be from 0 to {MostRetries}"));
        }

        return faults;
    }

    private static string? FaultOf(string url, EgressOptions egress) =>
        url.Length > 2000 || !Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http") || uri.UserInfo.Length > 0 || uri.Fragment.Length > 0
            ? "must be an https address of at most 2000 characters, without user and fragment"
            : !EgressRules.AllowsAddressOf(egress, uri) ? "is an address that the egress rules do not let calls go to"
            // Within a network that the operator has opened there may be no certificates.
            : uri.Scheme == "http" && !egress.AllowPrivateNetworks && !egress.AllowedHosts.Contains(uri.IdnHost, StringComparer.OrdinalIgnoreCase) ? "must be an https address"
            : null;
}
