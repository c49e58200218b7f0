using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>
/// Lets a request through to its endpoint when the endpoint's <see cref="AccessRule"/> and the rate limits allow it, and refuses it
/// otherwise. From here on the request has its <see cref="Principal"/>, so refusals for want of a permission are audited and those
/// for too many requests are not.
/// </summary>
internal sealed class Gate(RequestDelegate next, Authenticator authenticator, RateLimits limits, RefusalAudit refusals)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context); // no such address, or not for this method: answered outside
        }

        return endpoint.Metadata.GetMetadata<AccessRule>() switch
        {
            null => context.WriteErrorAsync(AccessErrors.PermissionDenied.With("Nobody may use this endpoint.")),
            { Anonymous: true } => limits.TakeAnonymous(context) is { } error ? context.WriteErrorAsync(error) : next(context),
            { } rule => AdmitAsync(context, rule),
        };
    }

    private async Task AdmitAsync(HttpContext context, AccessRule rule)
    {
        var signedIn = rule.DevToken ? await authenticator.AuthenticateDeveloperAsync(context) : await authenticator.AuthenticateAsync(context);
        if (!signedIn.Succeeded(out var principal, out var error))
        {
            var failed = error.Type.Kind is ErrorKind.Unauthenticated or ErrorKind.Forbidden;
            await context.WriteErrorAsync((failed ? limits.TakeFailedSignIn(context) : null) ?? error);
            return;
        }

        if (limits.Take(context, principal) is { } tooMany)
        {
            await context.WriteErrorAsync(tooMany);
            return;
        }

        context.Features.Set(principal);
        await (Refuse(principal, rule) is { } refused ? context.WriteErrorAsync(refused) : next(context));
        if (context.Features.Get<Error>() is { } told)
        {
            await refusals.WriteAsync(context, told);
        }
    }

    private static Error? Refuse(Principal principal, AccessRule rule) =>
        rule.OidcOnly && principal.SignIn != SignInMethod.Oidc ? AccessErrors.OidcRequired.With("Sign in through OpenID Connect; API keys do not reach this.")
        : rule.Permission is { } permission && !principal.May(permission) ? AccessErrors.PermissionDenied.With($"This needs the permission '{permission}'.")
        : null;
}
