namespace ScaiGrid.Server.Access;

/// <summary>
/// Who may use an endpoint. An endpoint without one is used by nobody.
/// </summary>
/// <param name="Permission">What the caller must hold; null = being signed in is enough.</param>
/// <param name="Anonymous">True for the short list of what anybody may see.</param>
/// <param name="OidcOnly">True where an API key will not do.</param>
/// <param name="DevToken">True where nothing but the development token will do.</param>
internal sealed record AccessRule(string? Permission, bool Anonymous = false, bool OidcOnly = false, bool DevToken = false);

/// <summary>The tenant to act in may also be named by the query value <c>tenant_id</c>, where pages link to what belongs to one.</summary>
internal sealed record TenantFromQuery
{
    public const string Name = "tenant_id";
}

internal static class AccessRules
{
    extension<TBuilder>(TBuilder route) where TBuilder : IEndpointConventionBuilder
    {
        public TBuilder Requires(string permission) => route.WithMetadata(new AccessRule(permission));

        /// <summary>As <c>Requires</c>, and the caller must have signed in through OpenID Connect.</summary>
        public TBuilder RequiresOidc(string permission) => route.WithMetadata(new AccessRule(permission, OidcOnly: true));

        /// <summary>For endpoints that show callers only what is theirs.</summary>
        public TBuilder RequiresSignIn() => route.WithMetadata(new AccessRule(null));

        public TBuilder TakesTenantFromQuery() => route.WithMetadata(new TenantFromQuery());

        /// <summary>For whoever has the option <c>DevToken</c>, and for nobody else.</summary>
        public TBuilder RequiresDevToken() => route.WithMetadata(new AccessRule(null, DevToken: true));

        public TBuilder AllowsAnybody() => route.WithMetadata(new AccessRule(null, Anonymous: true));
    }
}
