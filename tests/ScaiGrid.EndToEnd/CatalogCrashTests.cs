using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>SIGKILL at any moment of a publish: no acknowledged version is lost, no row is without its object, and the log has each once.</summary>
public abstract class CatalogCrashTests(Database database)
{
    private const string Base = "/api/v1/catalog";

    private static readonly int Rounds = Kills.Or(5);

    private static readonly string[] Packages = ["billing", "support", "triage", "onboarding"];

    [Fact]
    public async Task Killed_again_and_again_while_packages_are_published_nothing_is_half_done_or_lost()
    {
        await using var installation = Installation.Make(database);
        var moments = new Random(20260302);
        var acknowledged = new ConcurrentQueue<string>();
        for (var kill = 0; kill < Rounds; kill++)
        {
            await using var server = await installation.StartAsync();
            using var author = await SignInAsync(server, installation);
            await AssertWholeAsync(installation, author, acknowledged);

            var before = acknowledged.Count;
            var work = Packages.Select(id => PublishUntilKilledAsync(author, id, acknowledged)).ToList();
            await Eventually.TrueAsync(() => Task.FromResult(acknowledged.Count > before + Packages.Length), TimeSpan.FromSeconds(60));
            await Task.Delay(moments.Next(30), TestContext.Current.CancellationToken);
            await server.KillAsync();
            await Task.WhenAll(work);
        }

        await using var last = await installation.StartAsync();
        using var client = await SignInAsync(last, installation);
        await AssertWholeAsync(installation, client, acknowledged);
        Assert.True(acknowledged.Count > Rounds * Packages.Length);
    }

    private static async Task<HttpClient> SignInAsync(ServerProcess server, Installation installation)
    {
        using var anybody = server.ClientFor(null);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = "author", ["client_secret"] = installation.Key });
        var answer = await anybody.SendAsync(HttpMethod.Post, "/auth/token", form);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Body}");
        return server.ClientFor(answer.Body.Text("access_token"));
    }

    private static async Task PublishUntilKilledAsync(HttpClient author, string id, ConcurrentQueue<string> acknowledged)
    {
        try
        {
            while (true)
            {
                var answer = await author.SendAsync(HttpMethod.Post, $"{Base}/publish", new { package_id = id, name = id, version = "0.1.0", readme = $"# {id}\n", content = Flow(id) });
                Assert.True(answer.Status == HttpStatusCode.Created, $"{answer.Status} {answer.Body}");
                acknowledged.Enqueue($"{id} {answer.Body.Text("version")}");
            }
        }
        catch (HttpRequestException)
        {
            // killed; the publish that was under way has happened or has not
        }
    }

    private static async Task AssertWholeAsync(Installation installation, HttpClient author, IReadOnlyCollection<string> acknowledged)
    {
        var rows = installation.Rows.Single("SELECT package_id || ' ' || version || ' ' || digest FROM catalog_versions").Select(r => r.Split(' ')).ToList();
        foreach (var row in rows)
        {
            var file = Path.Combine(installation.Folder, "objects", "catalog", "tnt_acme", row[0], $"v{row[1]}.scaipkg");
            Assert.True(File.Exists(file), $"{row[0]} {row[1]} has a row and no object.");
            Assert.Equal(row[2], $"sha256:{Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)))}");
            Assert.True(File.Exists(file + ".sig"));
        }

        Assert.Empty(acknowledged.Except(rows.Select(r => $"{r[0]} {r[1]}")));
        Assert.Equal(rows.Count, installation.Rows.Count("catalog_log_leaves"));
        Assert.Equal(rows.Count == 0 ? [] : [$"{rows.Count}"], installation.Rows.Single("SELECT size FROM catalog_log_heads"));
        foreach (var id in rows.Select(r => r[0]).Distinct())
        {
            var installed = await author.SendAsync(HttpMethod.Get, $"{Base}/{id}/install");
            Assert.True(installed.Status == HttpStatusCode.OK, $"{installed.Body}");
            Assert.Equal(Flow(id).GetProperty("nodes").GetArrayLength(), installed.Body.At("flow.nodes").GetArrayLength());
        }

        var listed = await author.SendAsync(HttpMethod.Get, Base);
        Assert.Equal(rows.Select(r => r[0]).Distinct().Order(), listed.Body.EnumerateArray().Select(p => p.Text("package_id")).Order());
    }

    private static JsonElement Flow(string says) => JsonSerializer.SerializeToElement(new
    {
        id = "flow_mine",
        name = says,
        version = "1.0.0",
        nodes = new object[]
        {
            new { id = "in", type = "entry_api", label = "In", position = new { x = 0, y = 0 }, config = new { }, inputs = Array.Empty<object>(), outputs = new[] { new { id = "out", label = "out", type = "object" } } },
            new { id = "say", type = "llm_rigid", label = "Say", position = new { x = 1, y = 0 }, config = new { template = says }, inputs = new[] { new { id = "in", label = "in", type = "object" } }, outputs = new[] { new { id = "out", label = "out", type = "string" } } },
        },
        edges = new[] { new { id = "e", type = "sequential", source = new { node = "in", port = "out" }, target = new { node = "say", port = "in" } } },
    });
}

public sealed class CatalogCrashOnSqliteTests() : CatalogCrashTests(Database.Sqlite);

public sealed class CatalogCrashOnPostgresTests() : CatalogCrashTests(Database.Postgres);
