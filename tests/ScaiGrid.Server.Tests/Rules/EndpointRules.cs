using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Rules;

/// <summary>What must hold of every endpoint, so that a new one cannot forget it.</summary>
public sealed class EndpointRules(World world)
{
    /// <summary>Adding a line here is a security decision.</summary>
    private static readonly string[] Anonymous =
    [
        "DELETE /v1/modules/scaicore/cores/{id}/webhook/{**path}",
        "GET /auth/.well-known/openid-configuration", "GET /auth/activate", "GET /auth/authorize", "GET /auth/end-session", "GET /auth/jwks", "GET /auth/sign-in",
        "GET /health/live", "GET /health/ready", "GET /schemas/scaiflow/v2.json", "GET /v1/models/{id}/avatar", "GET /v1/modules/scaicore/cores/{id}/webhook/{**path}",
        "PATCH /v1/modules/scaicore/cores/{id}/webhook/{**path}",
        "POST /auth/activate", "POST /auth/agree", "POST /auth/authorize", "POST /auth/device", "POST /auth/end-session", "POST /auth/revoke",
        "POST /auth/sign-in", "POST /auth/sign-out", "POST /auth/token", "POST /v1/modules/scaicore/cores/{id}/webhook/{**path}",
        "PUT /v1/modules/scaicore/cores/{id}/webhook/{**path}",
    ];

    /// <summary>Requests that change nothing, though their method says that they might.</summary>
    private static readonly string[] Harmless = ["POST /api/v1/flows/compile", "POST /api/v1/flows/validate", "POST /api/v1/flows/{id}/run-tests", "POST /v1/modules/scaicore/cores/parse-bundle"];

    [Fact]
    public void Every_endpoint_names_a_permission_or_is_listed_as_anonymous() =>
        Assert.Empty(Endpoints().Where(e => e.Metadata.GetMetadata<AccessRule>() is null).Select(Show));

    [Fact]
    public void Nothing_else_is_anonymous() =>
        Assert.Equal(Anonymous, Endpoints().Where(e => e.Metadata.GetMetadata<AccessRule>() is { Anonymous: true }).Select(Show).Order());

    [Fact]
    public void Every_permission_that_is_named_exists() =>
        Assert.Empty(Endpoints().Select(e => e.Metadata.GetMetadata<AccessRule>()?.Permission).Where(p => p is not null && !Permissions.All.Contains(p)));

    [Fact]
    public void Every_change_is_audited() =>
        Assert.Empty(Endpoints()
            .Where(e => Method(e) != "GET" && e.Metadata.GetMetadata<Audited>() is null)
            .Select(Show)
            .Where(e => !e.EndsWith("/webhook/{**path}", StringComparison.Ordinal)) // nobody is signed in, and the run that it starts is on record
            .Where(e => !e.StartsWith("POST /auth/", StringComparison.Ordinal)) // nobody is signed in there yet: the sign-in writes its own lines
            .Where(e => !Harmless.Contains(e) && !e.StartsWith("POST /v1/inference/", StringComparison.Ordinal) && !e.StartsWith("POST /oai/", StringComparison.Ordinal)));

    [Fact]
    public void Every_endpoint_has_a_name_and_a_summary() =>
        Assert.Empty(Endpoints().Where(e => e.Metadata.GetMetadata<IEndpointNameMetadata>() is null || e.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IEndpointSummaryMetadata>() is null).Select(Show));

    private IEnumerable<RouteEndpoint> Endpoints() =>
        world.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(e => !e.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal));

    private static string Show(RouteEndpoint endpoint) => $"{Method(endpoint)} {endpoint.RoutePattern.RawText}";

    private static string Method(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
}
