using System.Security.Cryptography;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>A Core's picture: an object under its own digest, named by the Core's row.</summary>
internal static class CoreAvatar
{
    /// <summary>Stores the picture of the settings, if they have one, and names it on the Core.</summary>
    /// <returns>What is wrong with the picture; null when it is stored or there is none.</returns>
    public static async Task<Error?> StoreAsync(Core core, CoreSettings settings, IObjectStore objects, CancellationToken ct)
    {
        if (settings.AvatarB64 is not { } base64)
        {
            return null;
        }

        var bytes = new byte[base64.Length / 4 * 3 + 3];
        if (!Convert.TryFromBase64String(base64, bytes, out var length) || Images.TypeOf(bytes.AsSpan(0, length)) is not { } type || length > Images.MaxBytes)
        {
            return KernelErrors.Validation.At("avatar_b64", $"must be a PNG, JPEG or WebP image of at most {Images.MaxBytes} bytes in base64");
        }

        if (settings.AvatarContentType is { } claimed && claimed != type)
        {
            return KernelErrors.Validation.At("avatar_content_type", $"says '{claimed}', but the image is '{type}'");
        }

        var image = bytes.AsMemory(0, length);
        var key = ObjectKey.Of("avatars", core.TenantId.Value, core.Id.Value, Convert.ToHexStringLower(SHA256.HashData(image.Span)));
        await objects.PutIfAbsentAsync(key, image, ct); // the same picture under the same digest need not be stored twice
        core.AvatarKey = key.Value;
        return null;
    }
}
