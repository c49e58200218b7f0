using System.Buffers;
using System.Text.Json;

namespace ScaiGrid.Server.Kernel;

/// <summary>The three dialects that this server speaks, told apart by the path.</summary>
internal enum Surface
{
    /// <summary><c>/v1</c> and everything that is not one of the others.</summary>
    Native,

    /// <summary><c>/api/v1</c>: flows and the catalog.</summary>
    Flows,

    /// <summary><c>/oai/v1</c>: OpenAI's own shapes.</summary>
    OpenAi,

    /// <summary><c>/auth</c>: OAuth's (RFC 6749, section 5.2).</summary>
    OAuth,
}

/// <summary>The only place where an <see cref="Error"/> becomes HTTP: one renderer per <see cref="Surface"/>.</summary>
internal static class Surfaces
{
    extension(HttpContext context)
    {
        public Surface Surface => context.Request.Path.StartsWithSegments("/oai", StringComparison.Ordinal) ? Surface.OpenAi
            : context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? Surface.Flows
            : context.Request.Path.StartsWithSegments("/auth", StringComparison.Ordinal) ? Surface.OAuth
            : Surface.Native;

        public async Task WriteErrorAsync(Error error)
        {
            context.Features.Set(error); // the audit log writes refusals down
            var response = context.Response;
            response.StatusCode = error.Type.Kind.Status;
            response.ContentType = "application/json";
            if (error.RetryAfter is { } seconds)
            {
                response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            }

            if (error.Type.Kind is ErrorKind.Unauthenticated)
            {
                response.Headers.WWWAuthenticate = error.Type.Code switch { "INVALID_CLIENT" => "Basic realm=\"ScaiGrid\"", "WEBHOOK_REFUSED" => "HMAC-SHA256", _ => "Bearer" };
            }

            await JsonSerializer.SerializeAsync(response.Body, Render(error, context.Surface, context.TraceIdentifier), Json.Options, context.RequestAborted);
        }

        /// <summary>Says within a stream of server-sent events that it ends here, and why.</summary>
        public void WriteErrorEvent(Error error)
        {
            context.Features.Set(error);
            var output = context.Response.BodyWriter;
            if (context.Surface == Surface.OpenAi)
            {
                output.Write("data: "u8);
                output.Write(JsonSerializer.SerializeToUtf8Bytes(Render(error, Surface.OpenAi, context.TraceIdentifier), Json.Options));
            }
            else
            {
                output.Write("event: error\ndata: "u8);
                output.Write(JsonSerializer.SerializeToUtf8Bytes(Body(error, "code", error.Type.Code, "details"), Json.Options));
            }

            output.Write("\n\n"u8);
        }
    }

    private static Dictionary<string, object?> Render(Error error, Surface surface, string requestId) => surface switch
    {
        Surface.Flows => new()
        {
            ["detail"] = Body(error, "error", error.Type.Code.ToLowerInvariant(), "errors"),
        },
        Surface.OpenAi => new()
        {
            ["error"] = new Dictionary<string, object?>
            {
                ["message"] = error.Message,
                ["type"] = error.Type.Kind.OpenAiType,
                ["param"] = error.Details.Count > 0 ? error.Details[0].Field : null,
                ["code"] = error.Type.OpenAiCode,
            },
        },
        Surface.OAuth => new()
        {
            ["error"] = error.Type.OAuthCode,
            ["error_description"] = string.Concat(error.Message.Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c : '\'')), // all that the RFC lets through
        },
        _ => new()
        {
            ["status"] = "error",
            ["error"] = Body(error, "code", error.Type.Code, "details"),
            ["meta"] = new Dictionary<string, object?> { ["request_id"] = requestId },
        },
    };

    private static Dictionary<string, object?> Body(Error error, string codeName, string code, string faultsName)
    {
        var body = new Dictionary<string, object?> { [codeName] = code, ["message"] = error.Message };
        if (error.Details.Count > 0)
        {
            body[faultsName] = error.Details;
        }

        if (error.RetryAfter is { } seconds)
        {
            body["retry_after"] = seconds;
        }

        foreach (var (name, value) in error.Data)
        {
            body[name] = value;
        }

        return body;
    }

    extension(ErrorType type)
    {
        /// <summary>OAuth's own word, which is the code in lower case for what only sign-in refuses.</summary>
        public string OAuthCode => type.Code switch
        {
            "VALIDATION_ERROR" => "invalid_request",
            "AUTH_TOKEN_MISSING" or "AUTH_TOKEN_INVALID" => "invalid_token",
            "RATE_LIMITED" or "SERVICE_UNAVAILABLE" => "temporarily_unavailable",
            "INTERNAL_ERROR" => "server_error",
            var other => other.ToLowerInvariant(),
        };

        /// <summary>OpenAI's own word where it has one, so that its clients recognise the case.</summary>
        private string OpenAiCode => type.Code switch
        {
            "AUTH_TOKEN_MISSING" or "AUTH_TOKEN_INVALID" => "invalid_api_key",
            "RATE_LIMITED" => "rate_limit_exceeded",
            "BUDGET_EXCEEDED" => "insufficient_quota",
            var other => other.ToLowerInvariant(),
        };
    }
}

/// <summary>Answers a request with a refusal, in the dialect of its surface.</summary>
internal sealed class ErrorResult(Error error) : IResult
{
    public Error Error { get; } = error;

    public Task ExecuteAsync(HttpContext httpContext) => httpContext.WriteErrorAsync(Error);
}

internal static class ErrorResults
{
    extension(Error error)
    {
        public IResult ToResult() => new ErrorResult(error);
    }

    extension<TBuilder>(TBuilder route) where TBuilder : IEndpointConventionBuilder
    {
        /// <summary>Documents, in OpenAPI, the catalogue entries that a route can answer with.</summary>
        public TBuilder ProducesErrors(params ErrorType[] errors)
        {
            route.Add(endpoint =>
            {
                foreach (var error in errors)
                {
                    endpoint.Metadata.Add(error);
                }
            });
            return route;
        }
    }
}
