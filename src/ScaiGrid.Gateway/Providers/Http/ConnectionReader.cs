using System.Collections.Immutable;
using System.Text.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>Reads what the configurations of all HTTP upstreams have in common, and collects the headers that go with every call.</summary>
internal sealed class ConnectionReader(ConfigReader config)
{
    private static readonly string[] Reserved =
        ["authorization", "host", "content-type", "content-length", "transfer-encoding", "connection", "accept", "accept-encoding"];

    private readonly List<KeyValuePair<string, string>> _headers = [];

    public ConfigReader Config => config;

    public ImmutableArray<KeyValuePair<string, string>> Headers => [.. _headers];

    /// <summary><c>base_url</c>: http or https, without user, query and fragment. Given without a slash at its end; null when there is a fault.</summary>
    /// <param name="fallback">Null makes it required.</param>
    /// <param name="what">What it is, for whoever left it out.</param>
    public string? BaseUrl(string? fallback, string what)
    {
        var before = config.Faults.Count;
        var text = config.Line("base_url", 2000) ?? fallback;
        if (text is null)
        {
            if (config.IsReadable && config.Faults.Count == before)
            {
                config.Fault("base_url", $"is required: {what}");
            }

            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
            || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            config.Fault("base_url", "must be an http or https address without user, query or fragment");
            return null;
        }

        return url.AbsoluteUri.TrimEnd('/');
    }

    /// <summary>A name that must be there, such as the upstream's of the model.</summary>
    public string? Name(string member, string what)
    {
        var before = config.Faults.Count;
        var name = config.Line(member, 200);
        if (name is null && config.IsReadable && config.Faults.Count == before)
        {
            config.Fault(member, $"is required: {what}");
        }

        return name;
    }

    /// <summary><c>api_key</c>, as the header in which the upstream wants it.</summary>
    public void Key(string header, string prefix = "") => Add(header, config.Token("api_key", 4096), prefix);

    /// <summary>A member that goes into a header; left out when it is not there.</summary>
    public void Header(string member, string header) => Add(header, config.Token(member, 200));

    /// <summary><c>headers</c>: an object of strings, for what a proxy before the upstream wants.</summary>
    /// <param name="ours">Names that the protocol itself sets.</param>
    public void OtherHeaders(params ReadOnlySpan<string> ours)
    {
        if (config.Get("headers", "an object of strings", JsonValueKind.Object) is not { } members)
        {
            return;
        }

        foreach (var member in members.EnumerateObject())
        {
            var field = $"headers.{member.Name}";
            if (Reserved.Contains(member.Name, StringComparer.OrdinalIgnoreCase) || ours.Contains(member.Name.ToLowerInvariant()))
            {
                config.Fault(field, "is set by the gateway");
            }
            else if (member.Name.Length is 0 or > 100 || !member.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                config.Fault(field, "is not a header's name: letters, digits, - and _");
            }
            else if (member.Value.ValueKind != JsonValueKind.String || member.Value.GetString()!.Any(c => c is < ' ' or > '~'))
            {
                config.Fault(field, "must be a string of printable ASCII");
            }
            else
            {
                Add(member.Name, member.Value.GetString());
            }
        }
    }

    public void Add(string name, string? value, string prefix = "")
    {
        if (value is not null)
        {
            _headers.Add(new(name, prefix + value));
        }
    }
}
