using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>What the catalog is for, from the outside: people who sign in, share a flow and make a model of it.</summary>
public sealed class SharingTests
{
    private const string Catalog = "/api/v1/catalog", Flows = "/api/v1/flows";

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task What_one_person_publishes_a_colleague_installs_deploys_and_chats_with(Database database)
    {
        await using var installation = Install(database);
        await using var server = await installation.StartAsync();
        using var alice = await Person.SignInAsync(server, "alice@acme.example");
        using var bob = await Person.SignInAsync(server, "bob@acme.example");

        var saved = await OkAsync(alice, HttpMethod.Post, Flows, new { name = "Greeter", content = Greeter() });
        await OkAsync(alice, HttpMethod.Post, $"{Catalog}/publish", new { package_id = "greeter", name = "Greeter", version = "0.2.0", readme = "# Greeter", flow_id = saved.Text("id") });

        Assert.Equal(HttpStatusCode.NotFound, (await bob.SendAsync(HttpMethod.Get, $"{Flows}/{saved.Text("id")}")).Status);
        var listed = Assert.Single((await OkAsync(bob, HttpMethod.Get, Catalog)).EnumerateArray());
        Assert.Equal(("greeter", "0.2.0", "usr_alice", "tenant"), (listed.Text("package_id"), listed.Text("version"), listed.Text("author_id"), listed.Text("visibility")));

        var installed = (await OkAsync(bob, HttpMethod.Get, $"{Catalog}/greeter/install")).GetProperty("flow");
        Assert.Equal("Copy of Greeter", installed.Text("name"));
        var copy = await OkAsync(bob, HttpMethod.Post, Flows, new { name = installed.Text("name"), content = installed });
        Assert.NotEqual(saved.Text("id"), copy.Text("id"));
        var deployed = await OkAsync(bob, HttpMethod.Post, $"{Flows}/{copy.Text("id")}/deploy", new { publish_as_model = true, group_ids = new[] { "mg_internal_chat" } });

        var slug = deployed.Text("published_slug");
        Assert.StartsWith("scaicore/acme/", slug, StringComparison.Ordinal);
        using var client = server.ClientFor(installation.Key);
        Assert.Contains(slug, await client.ModelsAsync());
        var answer = await client.ChatAsync(slug, "Carol");
        Assert.Equal("Hello Carol, welcome.", answer.Data.Reply);
    }

    [Fact]
    public async Task A_person_of_another_tenant_sees_nothing_of_it()
    {
        await using var installation = Install();
        await using var server = await installation.StartAsync();
        using var alice = await Person.SignInAsync(server, "alice@acme.example");
        using var grace = await Person.SignInAsync(server, "grace@globex.example");
        await OkAsync(alice, HttpMethod.Post, $"{Catalog}/publish", new { package_id = "greeter", name = "Greeter", version = "0.2.0", content = Greeter() });

        Assert.Empty((await OkAsync(grace, HttpMethod.Get, Catalog)).EnumerateArray());
        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, "greeter", null),
            (HttpMethod.Get, "greeter/install", null),
            (HttpMethod.Get, "greeter/versions", null),
            (HttpMethod.Get, "greeter/versions/0.2.0/download", null),
            (HttpMethod.Patch, "greeter/visibility", new { visibility = "tenant" }),
            (HttpMethod.Delete, "greeter", null),
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await grace.SendAsync(method, $"{Catalog}/{path}", body)).Status);
        }

        Assert.Single((await OkAsync(alice, HttpMethod.Get, Catalog)).EnumerateArray());
    }

    [Fact]
    public async Task Neither_an_API_key_nor_the_dev_token_reaches_the_catalog()
    {
        await using var installation = Install(settings: new Dictionary<string, string> { ["SCAIGRID_DevToken"] = DevToken, ["SCAIGRID_DevTenant"] = "acme" });
        await using var server = await installation.StartAsync();
        using var key = server.ClientFor(installation.Key);
        using var dev = server.ClientFor(DevToken);

        foreach (var (method, path, body) in new (HttpMethod, string, object?)[]
        {
            (HttpMethod.Get, Catalog, null),
            (HttpMethod.Post, $"{Catalog}/publish", new { package_id = "greeter", name = "Greeter", version = "0.2.0", content = Greeter() }),
            (HttpMethod.Get, $"{Catalog}/greeter/install", null),
        })
        {
            var refused = await key.SendAsync(method, path, body);
            Assert.Equal((HttpStatusCode.Forbidden, "oidc_required"), (refused.Status, refused.Body.Text("detail.error")));
            Assert.Contains((await dev.SendAsync(method, path, body)).Status, (HttpStatusCode[])[HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden]);
        }

        var deployed = await OkAsync(dev, HttpMethod.Post, "/api/v1/dev/deploy", new { content = Greeter(), publish_as_model = true });
        Assert.Equal("Hello Dan, welcome.", (await key.ChatAsync(deployed.Text("published_slug"), "Dan")).Data.Reply);
    }

    private const string DevToken = "dev-token-of-the-tests-0123456789";

    private static Installation Install(Database database = Database.Sqlite, IReadOnlyDictionary<string, string>? settings = null) => Installation.Make(
        database, "tests/ScaiGrid.EndToEnd/sharing.yaml", new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["E2E_PASSWORD"] = Person.Password });

    private static JsonNode Greeter() => JsonNode.Parse("""
        {
          "id": "flow_greeter", "name": "Greeter", "version": "1.0.0",
          "nodes": [
            { "id": "node_in", "type": "entry_api", "label": "Request", "position": { "x": 0, "y": 0 } },
            { "id": "node_out", "type": "llm_rigid", "label": "Answer", "position": { "x": 0, "y": 120 }, "config": { "template": "Hello {{input.message}}, welcome." } }
          ],
          "edges": [
            { "id": "e1", "type": "sequential", "source": { "node": "node_in", "port": "out_request" }, "target": { "node": "node_out", "port": "in" } }
          ]
        }
        """)!;

    private static async Task<JsonElement> OkAsync(HttpClient http, HttpMethod method, string path, object? body = null)
    {
        var answer = await http.SendAsync(method, path, body);
        Assert.True((int)answer.Status is >= 200 and < 300, $"{method} {path}: {(int)answer.Status} {answer.Body}");
        return answer.Body;
    }
}
