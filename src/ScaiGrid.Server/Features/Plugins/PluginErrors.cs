using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Plugins;

internal static class PluginErrors
{
    public static readonly ErrorType NotFound = new("PLUGIN_NOT_FOUND", ErrorKind.NotFound, "The Core has no such plugin");
    public static readonly ErrorType Conflict = new("PLUGIN_CONFLICT", ErrorKind.Conflict, "The Core has a plugin of that alias already");

    public static Error Missing(string alias) => NotFound.With($"The Core has no plugin '{alias}'.");

    public static Error Taken(string alias) => Conflict.At("alias", $"is '{alias}', which another plugin has") with { Message = $"The Core has a plugin '{alias}' already; remove it first." };
}
