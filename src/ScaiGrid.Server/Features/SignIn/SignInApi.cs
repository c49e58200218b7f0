using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>The embedded issuer, under <c>/auth</c>: OpenID Connect for people's browsers, for programs and for devices.</summary>
internal static class SignInApi
{
    public static void AddSignIn(this IServiceCollection services, ServerOptions options)
    {
        if (!options.Oidc.IsEmbedded)
        {
            return;
        }

        services.AddAntiforgery(forms =>
        {
            forms.FormFieldName = "form";
            forms.SuppressXFrameOptionsHeader = true; // the pages say it more strictly
            forms.Cookie.Name = "scaigrid-form";
            forms.Cookie.SameSite = SameSiteMode.Strict;
            forms.Cookie.HttpOnly = true;
            forms.Cookie.IsEssential = true;
            forms.Cookie.SecurePolicy = options.PublicUrl?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        });
        services.AddSingleton<Clients>();
        services.AddSingleton<PasswordWork>();
        services.AddSingleton<Forms>();
        services.AddSingleton<TokenIssuer>();
        services.AddScoped<LockOuts>();
        services.AddScoped<SignInAudit>();
        services.AddScoped<PasswordSignIn>();
        services.AddScoped<BrowserSessions>();
        services.AddScoped<Authorize.Handler>();
        services.AddScoped<Activate.Handler>();
        services.AddScoped<EndSession.Handler>();
        services.AddScoped<ClientAuthentication>();
        services.AddScoped<ClientCredentials>();
        services.AddScoped<Redemptions>();
        services.AddSingleton<SignInSweep>();
        services.AddHostedService(s => s.GetRequiredService<SignInSweep>());
    }

    public static void MapSignIn(this IEndpointRouteBuilder routes, ServerOptions options)
    {
        if (!options.Oidc.IsEmbedded)
        {
            return;
        }

        var auth = routes.MapGroup("/auth").ExcludeFromDescription().AddEndpointFilter(EnterPlatform).AddEndpointFilter<Refusals>();
        Discovery.Map(auth);
        Authorize.Map(auth);
        SignInPage.Map(auth);
        GetTokens.Map(auth);
        DeviceAuthorization.Map(auth);
        Activate.Map(auth);
        GetUserInfo.Map(auth);
        RevokeToken.Map(auth);
        EndSession.Map(auth);
        RotateSigningKey.Map(routes);
    }

    /// <summary>Whoever signs in has no tenant yet.</summary>
    private static ValueTask<object?> EnterPlatform(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.RequestServices.GetRequiredService<TenantScope>().EnterPlatform();
        return next(context);
    }
}
