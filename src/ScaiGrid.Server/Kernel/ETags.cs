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
    public Error? Refuse(int version) => Refuse(ETags.Of(version));

    /// <param name="now">The thing's tag, in its quotes.</param>
    public Error? Refuse(string now) => Tag is null || Tag == now
        ? null
        : KernelErrors.PreconditionFailed.With($"The version is now {now}; read it again before changing it.");
}

internal static class ETags
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <param name="revision">A name of letters, digits and underscores.</param>
    public static string Of(string revision) => $"\"{revision}\"";

    extension(IResult result)
    {
        public IResult WithETag(int version) => new Tagged(result, Of(version));

        public IResult WithETag(string revision) => new Tagged(result, Of(revision));
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
