using System.Reflection;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ScaiGrid.Server.Kernel;

/// <summary>The part <c>file</c> of a multipart/form-data body, bounded by the endpoint's <see cref="BodyLimit"/> and kept in memory.</summary>
internal sealed record Upload(ReadOnlyMemory<byte> Content, Error? Fault) : IRefusable
{
    // What a boundary and a part's headers may add to the file.
    private const int Wrapping = 16 << 10;

    public static async ValueTask<Upload?> BindAsync(HttpContext context, ParameterInfo _)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= 100 } boundary)
        {
            return Refused(KernelErrors.UnsupportedMediaType.With("Send multipart/form-data with a part 'file'."));
        }

        var limit = RequestBody.LimitOf(context);
        var (body, error) = await RequestBody.ReadAsync(context, limit + Wrapping);
        if (error is not null)
        {
            return Refused(error);
        }

        try
        {
            var file = await FindAsync(body, boundary, context.RequestAborted);
            return file is null ? Refused(KernelErrors.Validation.At("file", "is required, as a part of multipart/form-data"))
                : file.Length > limit ? Refused(KernelErrors.TooLarge.With($"The file may have at most {limit} bytes here."))
                : new(file, null);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return Refused(KernelErrors.Validation.At("body", "is not multipart/form-data that can be read"));
        }
    }

    private static Upload Refused(Error error) => new(default, error);

    private static async Task<byte[]?> FindAsync(ReadOnlyMemory<byte> body, StringSegment boundary, CancellationToken ct)
    {
        var parts = new MultipartReader(boundary.ToString(), new MemoryStream(body.ToArray(), writable: false));
        while (await parts.ReadNextSectionAsync(ct) is { } part)
        {
            if (part.GetContentDispositionHeader() is { } header && HeaderUtilities.RemoveQuotes(header.Name) == "file")
            {
                using var content = new MemoryStream();
                await part.Body.CopyToAsync(content, ct);
                return content.ToArray();
            }
        }

        return null;
    }
}
