using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Plugins;

/// <summary>A plugin of a Core as callers see it: secrets masked.</summary>
/// <param name="Kind">Of the bridge or of the Model Context Protocol.</param>
/// <param name="Auth">Null for none.</param>
/// <param name="Timeout">Seconds; null for the default, 30.</param>
internal sealed record PluginView(string Alias, string Endpoint, PluginKind Kind, Value Auth, decimal? Timeout)
{
    public static IReadOnlyList<PluginView> AllOf(Core core) => [.. CorePlugins.Mask(core.Plugins).Items.Select(Of)];

    private static PluginView Of(Value masked) =>
        new(masked["alias"].ToText(), masked["endpoint"].ToText(), CorePlugins.KindOf(masked) ?? PluginKind.Http, masked["auth"], masked["timeout"].TryGetDecimal(out var seconds) ? seconds : null);
}
