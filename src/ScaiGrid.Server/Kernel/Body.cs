using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;

namespace ScaiGrid.Server.Kernel;

/// <summary>An argument of a handler that may already be refused when the handler would begin.</summary>
internal interface IRefusable
{
    Error? Fault { get; }
}

/// <summary>
/// A JSON request body, bounded, checked against <typeparamref name="T"/>'s contract with every fault named, and read.
/// The route group's <see cref="Refusals"/> filter answers for a faulty one, so a handler can rely on <see cref="Value"/>.
/// </summary>
internal sealed class Body<T> : IRefusable, IEndpointParameterMetadataProvider where T : class
{
    private readonly T? _value;

    private Body(T? value, Error? fault) => (_value, Fault) = (value, fault);

    public Error? Fault { get; }

    public T Value => _value ?? throw new InvalidOperationException("A refused body has no value: the endpoint lacks the Refusals filter.");

    public static async ValueTask<Body<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (bytes, error) = await RequestBody.ReadAsync(context, RequestBody.LimitOf(context));
        if (error is not null)
        {
            return new(null, error);
        }

        return Parse(bytes, parameter.GetCustomAttribute<OptionalBodyAttribute>() is not null);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(
        new AcceptsMetadata(["application/json"], typeof(T), parameter.GetCustomAttribute<OptionalBodyAttribute>() is not null));

    private static Body<T> Parse(ReadOnlyMemory<byte> bytes, bool optional)
    {
        if (bytes.Length == 0 && optional)
        {
            bytes = "{}"u8.ToArray();
        }

        try
        {
            using var document = JsonDocument.Parse(bytes, new() { MaxDepth = Json.MaxDepth, AllowDuplicateProperties = false });
            var faults = ContractCheck.Check<T>(document.RootElement);
            return faults.Count > 0
                ? new(null, KernelErrors.Faulty(faults))
                : new(document.Deserialize<T>(Json.Options), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for half a surrogate pair in a name
        {
            return new(null, KernelErrors.Validation.At("body", bytes.Length == 0 ? "is required" : $"is not JSON that can be read here: {e.Message}"));
        }
    }
}

/// <summary>The body may be left out, which means the same as <c>{}</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class OptionalBodyAttribute : Attribute;

/// <summary>The most bytes that an endpoint reads; <see cref="RequestBody.DefaultLimit"/> where nothing is said.</summary>
internal sealed record BodyLimit(long Bytes);

internal static class RequestBody
{
    public const long DefaultLimit = 1 << 20;

    public static long LimitOf(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes ?? DefaultLimit;

    /// <summary>Reads the whole body, but never more than <paramref name="limit"/> bytes.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, Error? Error)> ReadAsync(HttpContext context, long limit)
    {
        if (context.Request.ContentLength > limit)
        {
            return (default, TooLarge(limit));
        }

        var reader = context.Request.BodyReader;
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(context.RequestAborted);
            }
            catch (BadHttpRequestException e)
            {
                return (default, KernelErrors.Validation.At("body", e.Message));
            }

            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (default, TooLarge(limit));
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return (bytes, null);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Error TooLarge(long limit) => KernelErrors.TooLarge.With($"The body may have at most {limit} bytes here.");
}
