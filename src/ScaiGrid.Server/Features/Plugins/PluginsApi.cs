using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Plugins;

/// <summary>The plugins of a Core one by one. They are the <c>plugins</c> of the Core, which a change of the Core may replace as a whole.</summary>
internal static class PluginsApi
{
    public static void MapPlugins(this IEndpointRouteBuilder routes)
    {
        var plugins = routes.MapGroup("/v1/modules/scaicore/cores/{id}/plugins").WithTags("Plugins").AddEndpointFilter<Refusals>();

        ListPlugins.Map(plugins);
        AddPlugin.Map(plugins);
        RemovePlugin.Map(plugins);
    }
}
