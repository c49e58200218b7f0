using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Rules;

/// <summary>The description of the API is public contract, so every change of it is reviewed.</summary>
public sealed class OpenApiDocument(World world)
{
    [Fact]
    public async Task Matches_the_published_one()
    {
        var acme = await world.NewTenantAsync();
        var viewer = await acme.AsAsync(Roles.TenantViewer);

        var document = await viewer.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);

        Golden.Match("docs/openapi.json", document.ReplaceLineEndings("\n").TrimEnd() + "\n");
    }
}
