using ScaiGrid.Gateway.Routing;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Inference;

internal static class InferenceErrors
{
    public static readonly ErrorType BackendError = new("BACKEND_ERROR", ErrorKind.BadGateway, "The model's backend failed");
    public static readonly ErrorType BackendTimeout = new("BACKEND_TIMEOUT", ErrorKind.GatewayTimeout, "The model's backend did not answer in time");
    public static readonly ErrorType BackendRateLimited = new("BACKEND_RATE_LIMITED", ErrorKind.RateLimited, "The model's backend has too much to do");
    public static readonly ErrorType ModelUnavailable = new("MODEL_UNAVAILABLE", ErrorKind.Unavailable, "No backend of the model can be asked now");
    public static readonly ErrorType ShapeMismatch = new("UPSTREAM_SHAPE_MISMATCH", ErrorKind.BadGateway, "The model's backend answered with something that is not an answer");

    /// <summary>What a call that was not answered is told.</summary>
    public static Error Of(ChatResult result)
    {
        var failure = result.Failure;
        var type = result.Outcome switch
        {
            ChatOutcome.Rejected => KernelErrors.Validation,
            ChatOutcome.BackendTimeout => BackendTimeout,
            ChatOutcome.BackendRateLimited => BackendRateLimited,
            ChatOutcome.ModelUnavailable => ModelUnavailable,
            ChatOutcome.ShapeMismatch => ShapeMismatch,
            _ => BackendError,
        };
        return new(type, failure?.Message ?? type.Title)
        {
            RetryAfter = result.RetryAfter is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null,
            Details = failure?.Details.TryGetValue("field", out var field) == true ? [new(field, failure.Message)] : [],
            Data = failure?.Details.Where(d => d.Key != "field").ToDictionary(d => d.Key, object? (d) => d.Value) ?? [],
        };
    }
}
