using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>The refusals of OAuth 2.0 and OpenID Connect; on the wire, under <c>/auth</c>, each is its code in lower case.</summary>
internal static class SignInErrors
{
    public static readonly ErrorType InvalidClient = new("INVALID_CLIENT", ErrorKind.Unauthenticated, "The client is unknown, or its credentials are wrong");
    public static readonly ErrorType UnauthorizedClient = new("UNAUTHORIZED_CLIENT", ErrorKind.Invalid, "The client may not get tokens in this way");
    public static readonly ErrorType InvalidGrant = new("INVALID_GRANT", ErrorKind.Invalid, "The code or refresh token is unknown, used, expired, revoked or another client's");
    public static readonly ErrorType InvalidScope = new("INVALID_SCOPE", ErrorKind.Invalid, "More was asked for than was granted");
    public static readonly ErrorType UnsupportedGrantType = new("UNSUPPORTED_GRANT_TYPE", ErrorKind.Invalid, "Tokens are not given in this way");
    public static readonly ErrorType UnsupportedResponseType = new("UNSUPPORTED_RESPONSE_TYPE", ErrorKind.Invalid, "Only codes are given out by the authorization endpoint");
    public static readonly ErrorType UnsupportedTokenType = new("UNSUPPORTED_TOKEN_TYPE", ErrorKind.Invalid, "Tokens of this kind end by themselves and cannot be revoked");
    public static readonly ErrorType RequestNotSupported = new("REQUEST_NOT_SUPPORTED", ErrorKind.Invalid, "Requests are not read from request objects");
    public static readonly ErrorType RequestUriNotSupported = new("REQUEST_URI_NOT_SUPPORTED", ErrorKind.Invalid, "Requests are not fetched from elsewhere");
    public static readonly ErrorType LoginRequired = new("LOGIN_REQUIRED", ErrorKind.Invalid, "Nobody is signed in, and the client asked not to show a page");
    public static readonly ErrorType InteractionRequired = new("INTERACTION_REQUIRED", ErrorKind.Invalid, "The person has to agree, and the client asked not to show a page");
    public static readonly ErrorType AccessDenied = new("ACCESS_DENIED", ErrorKind.Invalid, "The person said no");
    public static readonly ErrorType AuthorizationPending = new("AUTHORIZATION_PENDING", ErrorKind.Invalid, "The person has not answered yet");
    public static readonly ErrorType SlowDown = new("SLOW_DOWN", ErrorKind.Invalid, "The device asks too often");
    public static readonly ErrorType ExpiredToken = new("EXPIRED_TOKEN", ErrorKind.Invalid, "The device code has expired");
    public static readonly ErrorType InsufficientScope = new("INSUFFICIENT_SCOPE", ErrorKind.Forbidden, "The token was not granted for this");
    public static readonly ErrorType FormForged = new("FORM_FORGED", ErrorKind.Invalid, "The form was not sent from the page that this server showed");
}
