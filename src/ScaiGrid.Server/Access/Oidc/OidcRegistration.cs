namespace ScaiGrid.Server.Access.Oidc;

internal static class OidcRegistration
{
    extension(IServiceCollection services)
    {
        public IServiceCollection AddOidc(ServerOptions options)
        {
            services.AddSingleton(options.Oidc);
            services.AddSingleton<IssuerAddress>();
            services.AddSingleton<OidcTokens>();
            return options.Oidc.IsEmbedded ? services.AddSingleton<SigningKeys>().AddSingleton<IIssuer, EmbeddedIssuer>() : services.AddExternalIssuer(options);
        }

        private IServiceCollection AddExternalIssuer(ServerOptions options)
        {
            services.AddSingleton(s => new IssuerKeys(
                new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
                {
                    Timeout = TimeSpan.FromSeconds(10),
                    MaxResponseContentBufferSize = 1 << 20,
                },
                options.Oidc,
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<ILogger<IssuerKeys>>()));
            services.AddSingleton<OidcUsers>();
            return services.AddSingleton<IIssuer, ExternalIssuer>();
        }
    }
}
