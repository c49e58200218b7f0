namespace ScaiGrid.Server.Access.Oidc;

/// <summary>Whose access tokens are accepted beside API keys.</summary>
internal sealed class OidcOptions
{
    /// <summary>
    /// <c>external</c>: the provider that <see cref="Authority"/> names. <c>embedded</c>: this server's own sign-in, which this version does
    /// not have yet, so that API keys are the only way in. Null means external where an authority is named, else embedded.
    /// </summary>
    public string? Mode { get; set; }

    /// <summary>The issuer's address, below which <c>/.well-known/openid-configuration</c> is found; required with <c>external</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>What a token's <c>aud</c> must name; required with <c>external</c>.</summary>
    public string? Audience { get; set; }

    /// <summary>False permits an authority over plain HTTP, for trials on one machine.</summary>
    public bool RequireHttps { get; set; } = true;

    public OidcClaims Claims { get; set; } = new();
}

/// <summary>The names under which the issuer's tokens tell things. A name with dots also finds a member within members: <c>realm_access.roles</c>.</summary>
internal sealed class OidcClaims
{
    public string Subject { get; set; } = "sub";

    public string Email { get; set; } = "email";

    public string Name { get; set; } = "name";

    /// <summary>The tenant's id or slug.</summary>
    public string Tenant { get; set; } = "tenant_id";

    /// <summary>An array, or words separated by spaces.</summary>
    public string Roles { get; set; } = "roles";

    /// <summary>One role, beside <see cref="Roles"/>.</summary>
    public string Role { get; set; } = "role";

    /// <summary>An array of user group ids, or words separated by spaces.</summary>
    public string Groups { get; set; } = "groups";
}
