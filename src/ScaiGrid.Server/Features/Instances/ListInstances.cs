using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary><c>GET /cores/{id}/memory</c>: the instances that remember something or have something to do, by key.</summary>
internal static class ListInstances
{
    public static void Map(IEndpointRouteBuilder instances) => instances
        .MapGet("/cores/{id}/memory", HandleAsync)
        .WithName("ListCoreMemory")
        .WithSummary("List a Core's instances by key")
        .Requires(Permissions.CoreView)
        .AnswersPage<InstanceView>()
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound);

    /// <param name="prefix">What the keys begin with.</param>
    private static async Task<IResult> HandleAsync(Id<Core> id, Paging paging, string? prefix, Db db, CancellationToken ct)
    {
        if (prefix is { Length: > 0 } && !InstanceKey.IsValid($"x{prefix}x"))
        {
            return KernelErrors.Validation.At("prefix", InstanceKey.Rule).ToResult();
        }

        if (!await db.Cores.AnyAsync(c => c.Id == id, ct))
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var instances = db.Instances.AsNoTracking().Where(i => i.CoreId == id);
        if (prefix is { Length: > 0 })
        {
            // Between the prefix and what follows all that begins with it: no text has a character beyond the last.
            var beyond = $"{prefix}{char.ConvertFromUtf32(0x10FFFF)}";
            instances = instances.Where(i => string.Compare(i.Key, prefix) >= 0 && string.Compare(i.Key, beyond) < 0);
        }

        if (paging.After is { } after)
        {
            instances = instances.Where(i => string.Compare(i.Key, after) > 0);
        }

        var page = await instances.OrderBy(i => i.Key).Take(paging.Limit + 1).ToListAsync(ct);
        return Reply.Page(paging.Cut(page, i => i.Key, InstanceView.Of));
    }
}
