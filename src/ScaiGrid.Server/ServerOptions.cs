using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Access.RateLimiting;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Egress;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Retention;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server;

/// <summary>
/// The whole configuration, from <c>appsettings.json</c>, then the environment with the prefix <c>SCAIGRID_</c>
/// (<c>SCAIGRID_Database__Provider=postgres</c>), then arguments. Checked as a whole before anything starts.
/// </summary>
internal sealed class ServerOptions
{
    /// <summary>Addresses to listen at, separated by ';'.</summary>
    public string Urls { get; set; } = "http://127.0.0.1:8080";

    /// <summary>The address that callers know; null means the first of <see cref="Urls"/>.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// Addresses and networks (<c>10.0.0.0/8</c>) of proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed; of everybody else they are not.
    /// </summary>
    public List<string> Proxies { get; set; } = [];

    /// <summary>The folder for everything that is kept in files.</summary>
    public string DataDir { get; set; } = "./data";

    /// <summary>A bearer token, shared by developers, for <c>POST /api/v1/dev/deploy</c> and nothing else; null = there is no such address.</summary>
    public string? DevToken { get; set; }

    /// <summary>The tenant, by id or slug, that <see cref="DevToken"/> deploys into.</summary>
    public string? DevTenant { get; set; }

    public DatabaseOptions Database { get; set; } = new();

    public ObjectStoreOptions ObjectStore { get; set; } = new();

    public OidcOptions Oidc { get; set; } = new();

    public BootstrapOptions Bootstrap { get; set; } = new();

    public RateLimitOptions RateLimits { get; set; } = new();

    public EventOptions Events { get; set; } = new();

    public RetentionOptions Retention { get; set; } = new();

    public EgressOptions Egress { get; set; } = new();
}
