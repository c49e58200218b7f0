namespace ScaiGrid.Server.Tests.Rules;

public sealed class OptionsCheckTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(OptionsCheck.Check(new()));

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var options = new ServerOptions
        {
            Urls = "nowhere",
            PublicUrl = "also nowhere",
            Database = new() { Provider = "mysql" },
            ObjectStore = new() { Provider = "s3", S3 = new() { AccessKey = "key" } },
            Oidc = new() { Authority = "http://issuer.example" },
            Bootstrap = new() { File = "/does/not/exist.yaml" },
            RateLimits = new() { PerKey = -1 },
        };

        var faults = OptionsCheck.Check(options);

        foreach (var option in new[] { "Urls", "PublicUrl", "Database:Provider", "ObjectStore:S3:Bucket", "ObjectStore:S3:AccessKey", "Oidc:Audience", "Oidc:Authority", "Bootstrap:File", "RateLimits:PerKey" })
        {
            Assert.Single(faults, f => f.StartsWith(option, StringComparison.Ordinal));
        }

        Assert.Equal(9, faults.Count);
    }

    [Theory]
    [InlineData("external", null, "Oidc:Authority is required")]
    [InlineData("embedded", "https://issuer.example", "Oidc:Authority has no meaning")]
    [InlineData("other", null, "Oidc:Mode is 'other'")]
    public void The_sign_in_is_told_without_contradiction(string mode, string? authority, string fault) =>
        Assert.Contains(OptionsCheck.Check(new() { Oidc = new() { Mode = mode, Authority = authority, Audience = "scaigrid" } }), f => f.StartsWith(fault, StringComparison.Ordinal));

    [Fact]
    public void What_the_embedded_issuer_cannot_work_with_is_named()
    {
        var faults = OptionsCheck.Check(new()
        {
            Oidc = new()
            {
                AccessTokenLifetime = TimeSpan.FromDays(2),
                MaxFailedSignIns = 0,
                Clients =
                [
                    new() { Id = "page", RedirectUris = ["https://fine.example/signed-in", "http://not-loopback.example/"], PostLogoutRedirectUris = ["nowhere"] },
                    new() { Id = "page" },
                    new() { Id = "not an id" },
                ],
            },
        });

        Assert.Equal(
            ["Oidc:AccessTokenLifetime", "Oidc:Clients:0:PostLogoutRedirectUris:0", "Oidc:Clients:0:RedirectUris:1", "Oidc:Clients:1:Id", "Oidc:Clients:2:Id", "Oidc:MaxFailedSignIns"],
            faults.Select(f => f.Split(' ')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("short", "acme", "DevToken must have")]
    [InlineData("long-enough-for-a-token", null, "DevToken and DevTenant")]
    [InlineData(null, "acme", "DevToken and DevTenant")]
    public void The_development_token_comes_with_its_tenant(string? token, string? tenant, string fault) =>
        Assert.StartsWith(fault, Assert.Single(OptionsCheck.Check(new() { DevToken = token, DevTenant = tenant })), StringComparison.Ordinal);

    [Fact]
    public void Postgres_needs_to_be_told_where_it_is() =>
        Assert.Single(OptionsCheck.Check(new() { Database = new() { Provider = "postgres" } }), f => f.StartsWith("Database:ConnectionString", StringComparison.Ordinal));
}
