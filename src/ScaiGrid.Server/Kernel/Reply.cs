using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace ScaiGrid.Server.Kernel;

/// <summary>Where a list goes on. <see cref="NextCursor"/> is null on the last page.</summary>
internal sealed record Pagination(bool HasMore, string? NextCursor);

/// <summary>The native surface's success: <c>{"status":"ok","data":…}</c>.</summary>
/// <typeparam name="T">What stands under <c>data</c>; OpenAPI describes it from this.</typeparam>
internal sealed class Reply<T>(T data, int status = StatusCodes.Status200OK, Pagination? pagination = null) : IResult
{
    public T Data { get; } = data;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(httpContext.Response.Body, new Envelope<T>("ok", Data, pagination), Json.Options, httpContext.RequestAborted);
    }
}

internal sealed record Envelope<T>(
    string Status,
    T Data,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] Pagination? Pagination);

internal sealed record Items<T>(IReadOnlyList<T> Values)
{
    [System.Text.Json.Serialization.JsonPropertyName("items")]
    public IReadOnlyList<T> Values { get; } = Values;
}

internal static class Reply
{
    public static IResult Ok<T>(T data) => new Reply<T>(data);

    public static IResult Created<T>(T data) => new Reply<T>(data, StatusCodes.Status201Created);

    public static IResult Accepted<T>(T data) => new Reply<T>(data, StatusCodes.Status202Accepted);

    public static IResult NoContent() => Results.NoContent();

    public static IResult Page<T>(Page<T> page) =>
        new Reply<Items<T>>(new(page.Items), pagination: new(page.NextCursor is not null, page.NextCursor));

    extension(RouteHandlerBuilder route)
    {
        /// <summary>Documents what stands under <c>data</c> when the request succeeds.</summary>
        public RouteHandlerBuilder Answers<T>(int status = StatusCodes.Status200OK) => route.Produces<Envelope<T>>(status, "application/json");

        /// <summary>Documents a page of a list.</summary>
        public RouteHandlerBuilder AnswersPage<T>() => route.Produces<Envelope<Items<T>>>(StatusCodes.Status200OK, "application/json");
    }

    // The description of the API leaves out endpoints whose handler it does not see.
    private static readonly System.Reflection.MethodInfo Described = ((RequestDelegate)(static _ => Task.CompletedTask)).Method;

    // For endpoints that read and write by themselves; the framework's own words are for those it binds.
    extension(IEndpointConventionBuilder route)
    {
        public IEndpointConventionBuilder AcceptsJson<T>() =>
            route.WithMetadata(new AcceptsMetadata(["application/json"], typeof(T)), Described);

        public IEndpointConventionBuilder AnswersJson<T>(params string[] besides) =>
            route.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), ["application/json", .. besides]));
    }
}
