using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Plugins;

/// <summary><c>DELETE /cores/{id}/plugins/{alias}</c>: from now on calls of it fail, or go where the manifest says.</summary>
internal static class RemovePlugin
{
    public static void Map(IEndpointRouteBuilder plugins) => plugins
        .MapDelete("/{alias}", HandleAsync)
        .WithName("RemoveCorePlugin")
        .WithSummary("Remove a plugin of a Core")
        .Requires(Permissions.CoreManage)
        .Audits("core.remove_plugin")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(KernelErrors.PreconditionFailed, CoreErrors.NotFound, PluginErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, string alias, IfMatch ifMatch, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var refused = await db.RetryOnConflictAsync<Error?>(async () =>
        {
            if (await db.Cores.SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
            {
                return CoreErrors.Missing(id);
            }

            var others = core.Plugins.Items.Where(p => p["alias"].AsString() != alias).ToArray();
            if (others.Length == core.Plugins.Items.Count)
            {
                return PluginErrors.Missing(alias);
            }

            if (ifMatch.Refuse(core.Version) is { } stale)
            {
                return stale;
            }

            var before = CoreView.Of(core);
            core.Plugins = Value.Array(others);
            core.Touch(clock.GetUtcNow());
            auditor.Changed(core.Id.Value, before, CoreView.Of(core));
            await db.SaveChangesAsync(ct);
            return null;
        });

        return refused?.ToResult() ?? Reply.NoContent();
    }
}
