using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Plugins;

/// <summary><c>GET /cores/{id}/plugins</c>: all of them, in the order they were added.</summary>
internal static class ListPlugins
{
    public static void Map(IEndpointRouteBuilder plugins) => plugins
        .MapGet("", HandleAsync)
        .WithName("ListCorePlugins")
        .WithSummary("List a Core's plugins")
        .Requires(Permissions.CoreManage)
        .AnswersPage<PluginView>()
        .ProducesErrors(CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, CancellationToken ct) =>
        await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is { } core
            ? Reply.Page(new Page<PluginView>(PluginView.AllOf(core), null)).WithETag(core.Version)
            : CoreErrors.Missing(id).ToResult();
}
