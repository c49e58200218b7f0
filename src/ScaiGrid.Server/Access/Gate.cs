using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Access;

/// <summary>Lets a request through to its endpoint when the endpoint's <see cref="AccessRule"/> allows it, and refuses it otherwise.</summary>
internal sealed class Gate(RequestDelegate next, Authenticator authenticator)
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
            { Anonymous: true } => next(context),
            { } rule => AdmitAsync(context, rule),
        };
    }

    private async Task AdmitAsync(HttpContext context, AccessRule rule)
    {
        var signedIn = await authenticator.AuthenticateAsync(context);
        if (!signedIn.Succeeded(out var principal, out var error) || (error = Refuse(principal, rule)) is not null)
        {
            await context.WriteErrorAsync(error);
            return;
        }

        context.Features.Set(principal);
        await next(context);
    }

    private static Error? Refuse(Principal principal, AccessRule rule) =>
        rule.OidcOnly && principal.SignIn != SignIn.Oidc ? AccessErrors.OidcRequired.With("Sign in through OpenID Connect; API keys do not reach this.")
        : rule.Permission is { } permission && !principal.May(permission) ? AccessErrors.PermissionDenied.With($"This needs the permission '{permission}'.")
        : null;
}
