using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>Tokens of a real OpenID provider, got through its own flows.</summary>
public sealed class OidcTests
{
    [Fact]
    public async Task A_machine_with_client_credentials_deploys_and_publishes()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var installation = Installation.Make(settings: provider.Settings);
        await using var server = await installation.StartAsync();
        using var deployer = server.ClientFor(await provider.ClientCredentialsAsync("deployer"));

        var me = await deployer.GetDataAsync("/v1/me");
        var slug = await deployer.PublishedCoreAsync(Samples.Echo());
        var answer = await deployer.ChatAsync(slug, "Hello");

        Assert.Equal(("oidc", "acme"), (me.Text("sign_in"), me.Text("tenant.slug")));
        Assert.Equal("You said: Hello", answer.Data.Reply);
    }

    [Fact]
    public async Task A_person_who_signs_in_may_what_the_token_s_roles_allow()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var installation = Installation.Make(settings: provider.Settings);
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(installation.Key);
        var core = await alice.StartedCoreAsync(Samples.Echo());
        var slug = await alice.PublishAsync(core);
        using var bob = server.ClientFor(await provider.SignInAsync("bob"));

        var me = await bob.GetDataAsync("/v1/me");

        Assert.Equal(("oidc", "bob@acme.example", "Bob"), (me.Text("sign_in"), me.Text("email"), me.Text("name")));
        Assert.Equal(HttpStatusCode.OK, (await bob.ChatAsync(slug, "Hello")).Status);
        var refused = await bob.SendAsync(HttpMethod.Post, $"{Calls.Base}/cores/{core}/unpublish");
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
    }

    [Fact]
    public async Task A_token_that_names_an_unknown_tenant_opens_nothing()
    {
        await using var provider = await OidcProvider.StartAsync();
        await using var installation = Installation.Make(settings: provider.Settings);
        await using var server = await installation.StartAsync();
        using var stranger = server.ClientFor(await provider.ClientCredentialsAsync("stranger"));

        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.SendAsync(HttpMethod.Get, "/v1/me")).Status);
    }
}
