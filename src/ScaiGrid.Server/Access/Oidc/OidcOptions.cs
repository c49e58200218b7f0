namespace ScaiGrid.Server.Access.Oidc;

/// <summary>Whose access tokens are accepted beside API keys.</summary>
internal sealed class OidcOptions
{
    /// <summary>
    /// <c>external</c>: the provider that <see cref="Authority"/> names. <c>embedded</c>: this server's own sign-in, under <c>/auth</c>.
    /// Null means external where an authority is named, else embedded.
    /// </summary>
    public string? Mode { get; set; }

    /// <summary>The issuer's address, below which <c>/.well-known/openid-configuration</c> is found; required with <c>external</c>.</summary>
    public string? Authority { get; set; }

    /// <summary>What a token's <c>aud</c> must name; required with <c>external</c>. Null with <c>embedded</c> means the server's own address.</summary>
    public string? Audience { get; set; }

    /// <summary>False permits an authority over plain HTTP, for trials on one machine.</summary>
    public bool RequireHttps { get; set; } = true;

    public OidcClaims Claims { get; set; } = new();

    /// <summary>Programs, without a secret, that people sign in to at the embedded issuer, beside the page and the command line of this server.</summary>
    public List<OidcClient> Clients { get; set; } = [];

    /// <summary>How long an access token of the embedded issuer is good.</summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a browser stays signed in at the embedded issuer.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How long a program may renew its tokens when it asked for <c>offline_access</c>.</summary>
    public TimeSpan GrantLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The age at which the embedded issuer's signing key is replaced.</summary>
    public TimeSpan SigningKeyLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>So many wrong passwords for one account lock it; ten times as many from one address lock that.</summary>
    public int MaxFailedSignIns { get; set; } = 10;

    /// <summary>How long a lock lasts, and how long wrong passwords are remembered.</summary>
    public TimeSpan LockOut { get; set; } = TimeSpan.FromMinutes(15);

    internal bool IsEmbedded => Mode == "embedded" || (Mode is null && Authority is null);
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
