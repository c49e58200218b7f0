using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;

namespace ScaiGrid.Server.Features.Publishing;

/// <summary>Keeps a publication true to its Core. Part of the save of every edit, so that the two never disagree.</summary>
internal static class SyncPublication
{
    /// <summary>Rewrites the model of a published Core; does nothing for others.</summary>
    public static async Task SyncAsync(Db db, Core core, CancellationToken ct)
    {
        if (core.Publication is { } publication && await db.Models.SingleOrDefaultAsync(m => m.Id == publication.ModelId, ct) is { } model)
        {
            PublishedModel.Rewrite(model, core, core.UpdatedAt);
        }
    }
}
