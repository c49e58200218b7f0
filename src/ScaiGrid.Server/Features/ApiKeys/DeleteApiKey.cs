using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary><c>DELETE /v1/api-keys/{id}</c>: revokes a key for good, at once.</summary>
internal static class DeleteApiKey
{
    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapDelete("/{id}", HandleAsync)
        .WithName("DeleteApiKey")
        .WithSummary("Revoke an API key: your own or, with users:manage, one of your tenant")
        .Requires(Permissions.ApiKeysManage)
        .Audits("api_key.delete")
        .Produces(StatusCodes.Status204NoContent)
        .ProducesErrors(KernelErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<ApiKey> id, Principal caller, Db db, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        var key = await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id && k.RevokedAt == null, ct);
        if (key is null || !MayRevoke(caller, key))
        {
            return KernelErrors.NotFound.With($"There is no API key '{id}'.").ToResult();
        }

        key.RevokedAt = clock.GetUtcNow();
        auditor.Changed(id.Value, ApiKeyView.Of(key), null);
        await db.SaveChangesAsync(ct);
        return Reply.NoContent();
    }

    private static bool MayRevoke(Principal caller, ApiKey key) =>
        key.UserId == caller.UserId
        || (caller.May(Permissions.UsersManage) && (caller.TenantId is { } tenant ? key.TenantId == tenant : caller.IsSuperAdmin));
}
