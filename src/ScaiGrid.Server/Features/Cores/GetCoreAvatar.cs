using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Cores;

/// <summary><c>GET /cores/{id}/avatar</c>.</summary>
internal static class GetCoreAvatar
{
    public static void Map(IEndpointRouteBuilder cores) => cores
        .MapGet("/cores/{id}/avatar", HandleAsync)
        .WithName("GetCoreAvatar")
        .WithSummary("Get a Core's picture")
        .Requires(Permissions.CoreView)
        .Produces(StatusCodes.Status200OK, contentType: "image/png")
        .ProducesErrors(CoreErrors.NotFound, KernelErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, IObjectStore objects, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        return core.AvatarKey is { } key && await objects.GetAsync(ObjectKey.Parse(key, null), ct) is { } image
            ? Results.Bytes(image, Images.TypeOf(image))
            : KernelErrors.NotFound.With("The Core has no avatar.").ToResult();
    }
}
