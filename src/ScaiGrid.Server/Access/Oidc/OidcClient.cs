namespace ScaiGrid.Server.Access.Oidc;

/// <summary>A program that people sign in to: one that cannot keep a secret, and shows by PKCE that it is the one that asked.</summary>
internal sealed class OidcClient
{
    /// <summary>The <c>client_id</c>.</summary>
    public string Id { get; set; } = "";

    /// <summary>What people are shown; null means the id.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Where codes may be sent: https addresses, an app's own scheme with a dot in it, or http on loopback, where any port will do
    /// (RFC 8252). Compared letter by letter.
    /// </summary>
    public List<string> RedirectUris { get; set; } = [];

    /// <summary>Where a browser may be sent after signing out.</summary>
    public List<string> PostLogoutRedirectUris { get; set; } = [];

    /// <summary>True lets it ask with a code that people type in elsewhere (RFC 8628).</summary>
    public bool DeviceCode { get; set; }
}
