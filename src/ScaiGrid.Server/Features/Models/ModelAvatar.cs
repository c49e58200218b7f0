using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Models;

/// <summary><c>POST /v1/models/{id}/avatar</c> and, for anybody, <c>GET</c> of the same: a model's picture.</summary>
internal static class ModelAvatar
{
    public static void Map(IEndpointRouteBuilder models)
    {
        models.MapPost("/models/{id}/avatar", SetAsync)
            .WithName("SetModelAvatar")
            .WithSummary("Upload a model's picture: PNG, JPEG or WebP")
            .Requires(Permissions.ModelsManage)
            .Audits("model.avatar")
            .WithMetadata(new BodyLimit(Images.MaxBytes))
            .Accepts<IFormFile>("multipart/form-data")
            .Answers<ModelView>()
            .ProducesErrors(KernelErrors.Validation, KernelErrors.TooLarge, KernelErrors.UnsupportedMediaType, ModelErrors.NotFound, ModelErrors.AccessDenied, ModelErrors.InUse);

        models.MapGet("/models/{id}/avatar", GetAsync)
            .WithName("GetModelAvatar")
            .WithSummary("Get a model's picture")
            .AllowsAnybody()
            .Produces(StatusCodes.Status200OK, contentType: "image/png")
            .ProducesErrors(KernelErrors.NotFound);
    }

    private static async Task<IResult> SetAsync(
        Id<FrontendModel> id, Upload file, Principal caller, Db db, Catalogue catalogue, IObjectStore objects, Auditor auditor, TimeProvider clock, CancellationToken ct)
    {
        if (Images.TypeOf(file.Content.Span) is null)
        {
            return KernelErrors.Validation.At("file", "must be a PNG, JPEG or WebP image").ToResult();
        }

        var digest = Convert.ToHexStringLower(SHA256.HashData(file.Content.Span));
        var updated = await db.RetryOnConflictAsync<Result<ModelView>>(async () =>
        {
            if (await db.Models.SingleOrDefaultAsync(m => m.Id == id, ct) is not { } model)
            {
                return ModelErrors.Missing(id.Value);
            }

            if (ModelOwners.RefuseChange(catalogue.Current, caller, model) is { } refusal)
            {
                return refusal;
            }

            if (model.Slug.IsOfCore)
            {
                return ModelErrors.InUse.With("A Core publishes this model: change the Core's avatar.");
            }

            await objects.PutIfAbsentAsync(KeyOf(id, digest), file.Content, ct); // the same picture under the same digest need not be stored twice
            var placement = await ModelPlacement.LoadAsync(db, model, ct);
            var before = placement.View;
            model.AvatarUrl = $"/v1/models/{id}/avatar?v={digest}";
            model.UpdatedAt = clock.GetUtcNow();
            auditor.Changed(id.Value, before, placement.View);
            await db.SaveChangesAsync(ct);
            return placement.View;
        });

        return updated.Succeeded(out var view, out var error) ? Reply.Ok(view) : error.ToResult();
    }

    private static async Task<IResult> GetAsync(Id<FrontendModel> id, HttpResponse response, Catalogue catalogue, IObjectStore objects, CancellationToken ct)
    {
        if (KeyOf(catalogue.Current.Find(id)) is not { } key || await objects.GetAsync(key, ct) is not { } image || Images.TypeOf(image) is not { } type)
        {
            return KernelErrors.NotFound.With("There is no such avatar.").ToResult();
        }

        // Whatever the bytes are, they are a picture to a browser, and never a page or a script of ours.
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        response.Headers.CacheControl = "public, max-age=300";
        return Results.Bytes(image, type);
    }

    private static ObjectKey? KeyOf(CatalogueModel? model) =>
        model?.Core is { } core ? core.AvatarKey is { } key ? ObjectKey.Parse(key, null) : null
        : model?.Row.AvatarUrl is { } url ? KeyOf(model.Id, url[(url.LastIndexOf('=') + 1)..])
        : null;

    private static ObjectKey KeyOf(Id<FrontendModel> id, string digest) => ObjectKey.Of("avatars", "models", id.Value, digest);
}
