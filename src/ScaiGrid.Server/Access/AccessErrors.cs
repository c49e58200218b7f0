using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

internal static class AccessErrors
{
    public static readonly ErrorType TokenMissing = new("AUTH_TOKEN_MISSING", ErrorKind.Unauthenticated, "The request has no bearer token");
    public static readonly ErrorType TokenInvalid = new("AUTH_TOKEN_INVALID", ErrorKind.Unauthenticated, "The bearer token is unknown, expired, revoked or not for this server");
    public static readonly ErrorType PermissionDenied = new("AUTHZ_PERMISSION_DENIED", ErrorKind.Forbidden, "The caller lacks a permission");
    public static readonly ErrorType OidcRequired = new("OIDC_REQUIRED", ErrorKind.Forbidden, "Only people who signed in through OpenID Connect may do this");
    public static readonly ErrorType TenantUnknown = new("TENANT_UNKNOWN", ErrorKind.Forbidden, "The token names no tenant of this server that the caller may act in");
    public static readonly ErrorType TenantRequired = new("TENANT_REQUIRED", ErrorKind.Invalid, "This is done within a tenant, and the caller named none");
    public static readonly ErrorType RateLimited = new("RATE_LIMITED", ErrorKind.RateLimited, "Too many requests");
}
