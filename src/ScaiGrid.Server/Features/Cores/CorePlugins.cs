using System.Text.RegularExpressions;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

internal enum PluginKind
{
    /// <summary>Called through the HTTP bridge.</summary>
    Http,

    /// <summary>A server of the Model Context Protocol, whose tools are the methods.</summary>
    Mcp,
}

/// <summary>A plugin of a Core, ready to be called.</summary>
/// <param name="Auth"><c>{type: bearer, token}</c>, <c>{type: basic, username, password}</c> or <c>{type: header, name, value}</c>, in the clear; null for none.</param>
internal sealed record CorePlugin(string Endpoint, PluginKind Kind, Value Auth, TimeSpan? Timeout);

/// <summary>
/// A Core's plugins: <c>{alias, endpoint, kind?, auth?, timeout?}</c>. Of <c>auth</c> what is secret is encrypted before it is stored and never shown
/// again; <c>${NAME}</c> in it stands for a value of the Core's environment. Of an address with a query only the names in it are shown.
/// </summary>
internal sealed partial class CorePlugins(IDataProtectionProvider protection, ServerOptions options)
{
    /// <summary>Begins an endpoint that is only the name of a plugin: where it is, the Core says.</summary>
    public const string Scheme = "plugin://";

    public const int MostPlugins = 100;

    private const string Masked = "••••••••", Sealed = "$secret";

    private const int LongestEndpoint = 2048;

    private readonly IDataProtector _protector = protection.CreateProtector("core.plugins");

    public void Check(Value plugins, List<Fault> faults)
    {
        if (plugins.Items.Count > MostPlugins)
        {
            faults.Add(new("plugins", $"may be {MostPlugins} at most"));
        }

        var aliases = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (i, plugin) in plugins.Items.Index())
        {
            CheckOne(plugin, $"plugins[{i}].", faults);
            if (plugin["alias"].AsString() is { } alias && !aliases.Add(alias))
            {
                faults.Add(new($"plugins[{i}].alias", $"is '{alias}', which another plugin has"));
            }
        }
    }

    /// <summary>Masks that a caller sent where no secret is stored: kept, they would be taken for the secret itself.</summary>
    public static void CheckMasks(Value sent, Value stored, List<Fault> faults)
    {
        foreach (var (i, plugin) in sent.Items.Index())
        {
            CheckMasksOfOne(plugin, stored, $"plugins[{i}].", faults);
        }
    }

    /// <param name="path">Stands before the names of the fields.</param>
    public static void CheckMasksOfOne(Value plugin, Value stored, string path, List<Fault> faults)
    {
        var known = Stored(stored, plugin);
        if (known.IsNull && plugin["endpoint"].AsString()?.Contains(Masked, StringComparison.Ordinal) == true)
        {
            faults.Add(new($"{path}endpoint", "holds only the mask of what is secret in it: send it whole"));
        }

        faults.AddRange(
            from member in plugin["auth"].Members
            where member.Value.AsString() == Masked && known["auth"][member.Key].IsNull
            select new Fault($"{path}auth.{member.Key}", "is only the mask of a secret: send the secret itself, as for every new alias or endpoint"));
    }

    /// <summary>The names in <c>auth</c> for which the environment has no text: a call would go out without the secret.</summary>
    public static IEnumerable<(string Alias, string Path, string Name)> Unset(Value plugins, Value environment) =>
        from plugin in plugins.Items.Index()
        from member in plugin.Item["auth"].Members
        where member.Key != "type" && member.Value.Kind == ValueKind.String
        from reference in Reference().Matches(member.Value.ToText())
        let name = reference.Groups[1].Value
        where !CoreEnvironment.HasText(environment, name) && environment[name].Kind != ValueKind.Number
        select (plugin.Item["alias"].ToText(), $"plugins[{plugin.Index}].auth.{member.Key}", name);

    /// <param name="path">Stands before the names of the fields.</param>
    public void CheckOne(Value plugin, string path, List<Fault> faults)
    {
        if (plugin["alias"].AsString() is not { } alias || !Alias().IsMatch(alias))
        {
            faults.Add(new($"{path}alias", "must be 1 to 128 letters, digits, '_', '-' and '.', the first a letter, a digit or '_'"));
        }

        if (!Uri.TryCreate(plugin["endpoint"].AsString(), UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
        {
            faults.Add(new($"{path}endpoint", "must be an absolute http or https address without credentials"));
        }
        else if ((endpoint.Query.Length > 0 && KindOf(plugin) == PluginKind.Http) || endpoint.Fragment.Length > 0 || endpoint.OriginalString.Length > LongestEndpoint)
        {
            faults.Add(new($"{path}endpoint", $"must have no fragment, no query unless it is an MCP server, and at most {LongestEndpoint} characters"));
        }
        else if (!EgressRules.AllowsAddressOf(options.Egress, endpoint))
        {
            faults.Add(new($"{path}endpoint", $"is at '{endpoint.Host}', where the egress rules let no call go"));
        }

        if (KindOf(plugin) is null)
        {
            faults.Add(new($"{path}kind", "must be one of http, mcp"));
        }

        if (plugin["timeout"] is { IsNull: false } timeout && !(timeout.TryGetDecimal(out var seconds) && seconds is > 0 and <= 3600))
        {
            faults.Add(new($"{path}timeout", "must be seconds, more than 0 and at most 3600"));
        }

        CheckAuth(plugin["auth"], path, faults);
    }

    /// <summary>What is stored for what a caller sent. A secret that comes back masked stays what it was.</summary>
    public Value Protect(Value sent, Value stored) => MapEndpoints(
        Map(sent, (plugin, name, value) => value.AsString() == Masked ? Stored(stored, plugin)["auth"][name] : Value.Object([new(Sealed, _protector.Protect(value.ToText()))])),
        plugin => Stored(stored, plugin)["endpoint"].AsString());

    public static Value Mask(Value stored) => MapEndpoints(Map(stored, (_, _, _) => Masked), plugin => Shown(plugin["endpoint"].ToText()));

    /// <summary>Servers of the Model Context Protocol take keys in their addresses: the values of a query are shown to nobody.</summary>
    public static string Shown(string endpoint) => endpoint.Split('?', 2) is not [var address, var query] ? endpoint
        : $"{address}?{string.Join('&', query.Split('&').Select(p => p.Split('=', 2) is [var name, { Length: > 0 }] ? $"{name}={Masked}" : p.EndsWith('=') ? p : Masked))}";

    /// <exception cref="System.Security.Cryptography.CryptographicException">The key that encrypted it is gone.</exception>
    public Value Reveal(Value stored) => Map(stored, (_, _, value) => value[Sealed].AsString() is { } secret ? _protector.Unprotect(secret) : value);

    /// <summary>What of it is secret, in the clear.</summary>
    public IEnumerable<string> SecretsIn(Value stored) =>
        stored.Items.SelectMany(p => p["auth"].Members).Select(m => m.Value[Sealed].AsString()).OfType<string>().Select(_protector.Unprotect);

    /// <summary>What an alias of the program means: the Core's own plugin of that name, or the one that the manifest says.</summary>
    /// <param name="plugins">In the clear.</param>
    /// <returns>Null when there is none.</returns>
    public static CorePlugin? Find(Value plugins, Manifest manifest, string alias)
    {
        var endpoint = manifest.Plugins.FirstOrDefault(p => p.Alias == alias)?.Endpoint;
        var name = endpoint?.StartsWith(Scheme, StringComparison.Ordinal) == true ? endpoint[Scheme.Length..] : alias;
        var own = plugins.Items.FirstOrDefault(p => p["alias"].AsString() == alias) is { IsNull: false } found ? found
            : plugins.Items.FirstOrDefault(p => p["alias"].AsString() == name);
        if (own["endpoint"].AsString() is { } given)
        {
            return new(given, KindOf(own) ?? PluginKind.Http, own["auth"], own["timeout"].TryGetDecimal(out var seconds) ? TimeSpan.FromSeconds((double)seconds) : null);
        }

        return endpoint is null || endpoint.StartsWith(Scheme, StringComparison.Ordinal) ? null : new(endpoint, PluginKind.Http, default, null);
    }

    /// <returns>Null when there is no such kind.</returns>
    public static PluginKind? KindOf(Value plugin) => plugin["kind"].IsNull ? PluginKind.Http : plugin["kind"].AsString() switch
    {
        "http" => PluginKind.Http,
        "mcp" => PluginKind.Mcp,
        _ => null,
    };

    /// <summary>A text of <c>auth</c>, with the environment's values for <c>${NAME}</c>.</summary>
    public static string Resolve(Value text, Value environment) => Reference().Replace(text.ToText(), m => environment[m.Groups[1].Value].ToText());

    private static void CheckAuth(Value auth, string path, List<Fault> faults)
    {
        string[]? members = auth.IsNull ? [] : auth["type"].AsString() switch
        {
            "none" => [],
            "bearer" => ["token"],
            "basic" => ["username", "password"],
            "header" => ["name", "value"],
            _ => null,
        };
        if (members is null)
        {
            faults.Add(new($"{path}auth.type", "must be one of none, bearer, basic, header"));
            return;
        }

        faults.AddRange(members.Where(m => auth[m].AsString() is not { Length: > 0 } text || text.Any(char.IsControl))
            .Select(m => new Fault($"{path}auth.{m}", "is required, and must be text without control characters")));
        if (auth["type"].AsString() == "header" && auth["name"].AsString() is { Length: > 0 } name
            && (!HeaderNames.IsName(name) || HeaderNames.IsReserved(name) || name.StartsWith("content-", StringComparison.OrdinalIgnoreCase)))
        {
            faults.Add(new($"{path}auth.name", "must be the name of a header that calls may set"));
        }

        faults.AddRange(auth.Members.Keys.Except(["type", .. members]).Select(m => new Fault($"{path}auth.{m}", "is not known for this type")));
    }

    // A stored secret goes only where it was meant to go: with a new address it must be sent anew, or whoever may change the
    // address could have it sent to a place of their own.
    private static Value Stored(Value stored, Value plugin) => stored.Items.FirstOrDefault(p =>
        p["alias"] == plugin["alias"] && (p["endpoint"] == plugin["endpoint"] || (p["endpoint"].AsString() is { } endpoint && Shown(endpoint) == plugin["endpoint"].AsString())));

    /// <param name="map">Null leaves it as it is.</param>
    private static Value MapEndpoints(Value plugins, Func<Value, string?> map) => Value.Array([.. plugins.Items.Select(plugin => map(plugin) is not { } endpoint
        ? plugin
        : Value.Object(plugin.Members.Select(m => m.Key == "endpoint" ? KeyValuePair.Create(m.Key, (Value)endpoint) : m)))]);

    private static Value Map(Value plugins, Func<Value, string, Value, Value> map) => Value.Array([.. plugins.Items.Select(plugin => plugin["auth"].Members.Count == 0
        ? plugin
        : Value.Object(plugin.Members.Select(m => m.Key != "auth" ? m : KeyValuePair.Create(m.Key, Value.Object(
            m.Value.Members.Select(a => IsSecret(a.Key, a.Value) ? KeyValuePair.Create(a.Key, map(plugin, a.Key, a.Value)) : a))))))]);

    /// <summary>Not what only names where the secret is.</summary>
    private static bool IsSecret(string member, Value value) =>
        member is "token" or "password" or "value" && !(value.AsString() is { } text && Reference().Replace(text, "") is "" or "Bearer ");

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex Alias();

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")]
    private static partial Regex Reference();
}
