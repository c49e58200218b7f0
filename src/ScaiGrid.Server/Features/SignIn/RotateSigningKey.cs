using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary><c>POST /v1/iam/signing-keys/rotate</c>: signs with a new key from now on; what the old one signed stays good until it expires.</summary>
internal static class RotateSigningKey
{
    /// <param name="KeyId">The new key's <c>kid</c>.</param>
    public sealed record Response(string KeyId);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/v1/iam/signing-keys/rotate", HandleAsync)
        .WithName("RotateSigningKey")
        .WithSummary("Sign tokens with a new key from now on; for super admins")
        .WithTags("Access")
        .Requires(Permissions.AdminAccess)
        .Audits("signing_key.rotate")
        .Answers<Response>(StatusCodes.Status201Created)
        .ProducesErrors(AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(Principal caller, SigningKeys keys, Auditor auditor, Db db, CancellationToken ct)
    {
        if (!caller.IsSuperAdmin)
        {
            return AccessErrors.PermissionDenied.With("The key signs for the whole platform, so only a super admin replaces it.").ToResult();
        }

        var ring = await keys.RotateAsync(ct);
        auditor.Changed(ring.Signing.KeyId, null, new Response(ring.Signing.KeyId));
        await db.SaveChangesAsync(ct);
        return Reply.Created(new Response(ring.Signing.KeyId));
    }
}
