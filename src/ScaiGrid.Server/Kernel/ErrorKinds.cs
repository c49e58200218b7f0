namespace ScaiGrid.Server.Kernel;

internal static class ErrorKinds
{
    extension(ErrorKind kind)
    {
        public int Status => kind switch
        {
            ErrorKind.Invalid => 400,
            ErrorKind.Unauthenticated => 401,
            ErrorKind.Forbidden => 403,
            ErrorKind.NotFound => 404,
            ErrorKind.MethodNotAllowed => 405,
            ErrorKind.Conflict => 409,
            ErrorKind.PreconditionFailed => 412,
            ErrorKind.TooLarge => 413,
            ErrorKind.UnsupportedMediaType => 415,
            ErrorKind.RateLimited => 429,
            ErrorKind.Internal => 500,
            ErrorKind.BadGateway => 502,
            ErrorKind.Unavailable => 503,
            ErrorKind.GatewayTimeout => 504,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };

        /// <summary>The <c>type</c> that OpenAI's clients know for this kind of error.</summary>
        public string OpenAiType => kind switch
        {
            ErrorKind.Unauthenticated => "authentication_error",
            ErrorKind.Forbidden => "permission_error",
            ErrorKind.RateLimited => "rate_limit_error",
            ErrorKind.Internal or ErrorKind.BadGateway or ErrorKind.Unavailable or ErrorKind.GatewayTimeout => "api_error",
            _ => "invalid_request_error",
        };
    }
}
