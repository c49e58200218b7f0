using System.Globalization;
using System.Reflection;

namespace ScaiGrid.Server.Kernel;

/// <summary>
/// The request's <c>If-Match</c> (RFC 9110): the version that the caller believes to change. Absent or <c>*</c> means any.
/// </summary>
internal sealed record IfMatch(string? Tag)
{
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo _) =>
        ValueTask.FromResult<IfMatch?>(new(context.Request.Headers.IfMatch is [{ Length: > 0 } tag] && tag != "*" ? tag : null));

    /// <summary>Null when the caller's idea of the version is right.</summary>
    public Error? Refuse(int version) => Tag is null || Tag == ETags.Of(version)
        ? null
        : KernelErrors.PreconditionFailed.With($"The version is now {ETags.Of(version)}; read it again before changing it.");
}

internal static class ETags
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    extension(IResult result)
    {
        public IResult WithETag(int version) => new Tagged(result, Of(version));
    }

    private sealed class Tagged(IResult result, string tag) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.ETag = tag;
            return result.ExecuteAsync(httpContext);
        }
    }
}
