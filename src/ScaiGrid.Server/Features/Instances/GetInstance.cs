using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary><c>GET /cores/{id}/memory/{instance_key}</c>: what one instance remembers.</summary>
internal static class GetInstance
{
    public static void Map(IEndpointRouteBuilder instances) => instances
        .MapGet("/cores/{id}/memory/{instanceKey}", HandleAsync)
        .WithName("GetCoreMemory")
        .WithSummary("Get what an instance remembers")
        .Requires(Permissions.CoreView)
        .Answers<InstanceView>()
        .ProducesErrors(CoreErrors.NotFound, InstanceErrors.NotFound, InstanceErrors.Unreadable);

    private static async Task<IResult> HandleAsync(Id<Core> id, string instanceKey, Db db, InstanceSeal seal, CancellationToken ct)
    {
        if (!await db.Cores.AnyAsync(c => c.Id == id, ct))
        {
            return CoreErrors.Missing(id).ToResult();
        }

        if (await db.Instances.AsNoTracking().SingleOrDefaultAsync(i => i.CoreId == id && i.Key == instanceKey, ct) is not { Memory: not null } instance)
        {
            return InstanceErrors.Missing(instanceKey).ToResult();
        }

        return seal.Open(instance.Memory) is { } variables
            ? Reply.Ok(InstanceView.Of(instance) with { Variables = variables }).WithETag(instance.Revision)
            : InstanceErrors.Sealed(instanceKey).ToResult();
    }
}
