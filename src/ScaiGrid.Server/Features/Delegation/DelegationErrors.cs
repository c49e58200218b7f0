using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Delegation;

internal static class DelegationErrors
{
    public static readonly ErrorType NotFound = new("DELEGATION_NOT_FOUND", ErrorKind.NotFound, "The Core has nobody's identity: it acts as itself");
    public static readonly ErrorType Revoked = new("DELEGATION_REVOKED", ErrorKind.Conflict, "The Core does not have the user's identity any more");
    public static readonly ErrorType Expired = new("DELEGATION_EXPIRED", ErrorKind.Conflict, "The Core's time with the user's identity is over");
    public static readonly ErrorType UserRefused = new("DELEGATION_REFUSED", ErrorKind.Conflict, "The user as whom the Core acts may not sign in");
    public static readonly ErrorType OutOfScope = new("DELEGATION_SCOPE", ErrorKind.Forbidden, "The Core has the user's identity, but not for this");

    public static Error None() => NotFound.With("The Core has nobody's identity: it acts as itself.");

    public static Error Beyond(string permission) => OutOfScope.With($"The Core acts as a user without the permission '{permission}'.");
}
