namespace ScaiGrid.Server.Kernel;

/// <summary>Refusals that any endpoint can answer with.</summary>
internal static class KernelErrors
{
    public static readonly ErrorType Validation = new("VALIDATION_ERROR", ErrorKind.Invalid, "The request is not valid");
    public static readonly ErrorType NotFound = new("NOT_FOUND", ErrorKind.NotFound, "There is nothing at this address");
    public static readonly ErrorType MethodNotAllowed = new("METHOD_NOT_ALLOWED", ErrorKind.MethodNotAllowed, "The address exists, but not for this method");
    public static readonly ErrorType UnsupportedMediaType = new("UNSUPPORTED_MEDIA_TYPE", ErrorKind.UnsupportedMediaType, "The body's content type is not one that is read here");
    public static readonly ErrorType TooLarge = new("PAYLOAD_TOO_LARGE", ErrorKind.TooLarge, "The body is larger than this endpoint reads");
    public static readonly ErrorType PreconditionFailed = new("PRECONDITION_FAILED", ErrorKind.PreconditionFailed, "The resource is no longer the one that If-Match names");
    public static readonly ErrorType Conflict = new("CONFLICT", ErrorKind.Conflict, "Others changed the same thing at the same time");
    public static readonly ErrorType KeyReused = new("IDEMPOTENCY_KEY_REUSED", ErrorKind.Conflict, "The idempotency key came with another request before");
    public static readonly ErrorType SlugConflict = new("SLUG_CONFLICT", ErrorKind.Conflict, "The slug is taken");
    public static readonly ErrorType Internal = new("INTERNAL_ERROR", ErrorKind.Internal, "The server failed; the request id finds the reason in its log");
    public static readonly ErrorType Unavailable = new("SERVICE_UNAVAILABLE", ErrorKind.Unavailable, "A part that the server depends on cannot be reached");

    /// <summary>Every fault of a request at once.</summary>
    public static Error Faulty(IReadOnlyList<Fault> faults) =>
        new(Validation, faults.Count == 1 ? $"{faults[0].Field}: {faults[0].Message}" : $"The request has {faults.Count} faults.") { Details = faults };
}
