using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>How a call signs in to a plugin.</summary>
internal static class PluginSignIn
{
    /// <summary>The header that <c>auth</c> asks for; null for none.</summary>
    /// <param name="config">The Core's environment, in the clear.</param>
    public static KeyValuePair<string, string>? HeaderOf(Value auth, Value config) => auth["type"].AsString() switch
    {
        "bearer" => new("Authorization", $"Bearer {CorePlugins.Resolve(auth["token"], config)}"),
        "basic" => new("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{CorePlugins.Resolve(auth["username"], config)}:{CorePlugins.Resolve(auth["password"], config)}"))}"),
        "header" => new(auth["name"].ToText(), CorePlugins.Resolve(auth["value"], config)),
        _ => null,
    };
}
