namespace ScaiGrid.Server.Kernel;

/// <summary>What a refusal means to any client, whatever the surface it came in by.</summary>
internal enum ErrorKind
{
    Invalid,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    RateLimited,
    Internal,
    BadGateway,
    Unavailable,
    GatewayTimeout,
}

/// <summary>
/// One entry of the error catalogue. <see cref="Code"/> is public contract: it is never renamed and never reused.
/// </summary>
internal sealed record ErrorType(string Code, ErrorKind Kind, string Title)
{
    public Error With(string message) => new(this, message);

    /// <summary>A refusal that points at one field of the request.</summary>
    public Error At(string field, string message) => new(this, message) { Details = [new Fault(field, message)] };
}

/// <summary>One thing wrong with a request. <see cref="Field"/> is its path in the body (<c>messages[0].role</c>), or the name of a query value or header.</summary>
internal sealed record Fault(string Field, string Message);

/// <summary>One refusal of a request that was understood. Bugs are exceptions, not errors.</summary>
internal sealed record Error(ErrorType Type, string Message)
{
    public IReadOnlyList<Fault> Details { get; init; } = [];

    /// <summary>Whole seconds after which the same request may succeed; null when waiting does not help.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Further members of the error object, such as the first answer to a checkpoint that is answered again.</summary>
    public IReadOnlyDictionary<string, object?> Data { get; init; } = new Dictionary<string, object?>();
}
