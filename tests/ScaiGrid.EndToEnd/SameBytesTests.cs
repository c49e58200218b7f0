using System.Text.Json.Nodes;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>A package's digest is signed, logged and compared: whoever packs the same content must get the same bytes.</summary>
public sealed class SameBytesTests
{
    private const string Catalog = "/api/v1/catalog";

    private static readonly string[] Samples = ["customer-support", "expense-approval", "multi-model-writer", "nightly-digest"];

    [Fact]
    public async Task Servers_in_other_cultures_and_time_zones_make_the_same_packages()
    {
        var plain = PackagesOfAsync("UTC", "C", withCultures: false);
        var turkish = PackagesOfAsync("Asia/Kolkata", "tr_TR.UTF-8", withCultures: HasCultures); // where i is not the small letter of I, and 1,5 is a number

        Assert.Equal(Samples.Length + 1, (await plain).Count);
        Assert.Equal(await plain, await turkish);
    }

    private static bool HasCultures => new[] { "/usr/lib", "/usr/lib64", "/lib" }.Where(Directory.Exists).Any(folder => Directory.EnumerateFiles(
        folder, "libicuuc.so*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1, IgnoreInaccessible = true }).Any());

    /// <returns>The archives, in hexadecimal.</returns>
    private static async Task<List<string>> PackagesOfAsync(string timeZone, string language, bool withCultures)
    {
        await using var installation = Installation.Make(Database.Sqlite, "tests/ScaiGrid.EndToEnd/sharing.yaml", new Dictionary<string, string>
        {
            ["E2E_PASSWORD"] = Person.Password,
            ["TZ"] = timeZone,
            ["LANG"] = language,
            ["LC_ALL"] = language,
        });
        await using var server = await installation.StartAsync(withCultures ? ConfigWithCultures(installation.Folder) : null);
        if (withCultures)
        {
            Assert.Contains("libicuuc", await File.ReadAllTextAsync($"/proc/{server.Id}/maps", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using var alice = await Person.SignInAsync(server, "alice@acme.example");
        var packages = new List<string>();
        foreach (var (id, content) in Samples.Select(name => (name, JsonNode.Parse(Repository.Read($"samples/flows/{name}.flow.json"))!)).Append(("isik", Letters())))
        {
            var published = await alice.SendAsync(HttpMethod.Post, $"{Catalog}/publish", new { package_id = id, name = "IĞDIR ılık i\u0307", version = "1.2.0", readme = "# Işık\nI i İ ı", content });
            Assert.True((int)published.Status is >= 200 and < 300, published.Body.ToString());
            packages.Add(Convert.ToHexString(await alice.GetByteArrayAsync(new Uri($"{Catalog}/{id}/versions/1.2.0/download", UriKind.Relative), TestContext.Current.CancellationToken)));
        }

        return packages;
    }

    /// <summary>As the server ships, it knows no cultures at all; whoever builds it otherwise gets the same bytes.</summary>
    private static string ConfigWithCultures(string folder)
    {
        const string invariant = "\"System.Globalization.Invariant\": true";
        var shipped = File.ReadAllText($"{Repository.Server}.runtimeconfig.json");
        Assert.Contains(invariant, shipped, StringComparison.Ordinal);
        var config = Path.Combine(folder, "cultures.runtimeconfig.json");
        File.WriteAllText(config, shipped.Replace(invariant, "\"System.Globalization.Invariant\": false", StringComparison.Ordinal));
        return config;
    }

    /// <summary>Names whose order, case and numbers depend on the culture wherever a culture is asked.</summary>
    private static JsonNode Letters() => JsonNode.Parse("""
        {
          "id": "flow_isik", "name": "IŞIK", "version": "1.0.0", "z": { "ı": 1.5, "i": 2e-7, "I": -0.25, "İ": 1000000.125, "ä": "2026-03-29T02:30:00", "z": [], "Z": "ǅ ß ﬁ" },
          "nodes": [
            { "id": "INPUT", "type": "entry_api", "label": "GİRİŞ", "position": { "x": 0.5, "y": -1.25 } },
            { "id": "set_title", "type": "data_variable_set", "label": "Title I", "position": { "x": 0, "y": 0 }, "config": { "assignments": { "title": "'TITLE i'.lower()", "Index": "1.5" } } },
            { "id": "node_out", "type": "llm_rigid", "label": "Answer", "position": { "x": 0, "y": 120 }, "config": { "template": "{{title}} {{Index}}" } }
          ],
          "edges": [
            { "id": "e1", "type": "sequential", "source": { "node": "INPUT", "port": "out_request" }, "target": { "node": "set_title", "port": "in" } },
            { "id": "e2", "type": "sequential", "source": { "node": "set_title", "port": "out" }, "target": { "node": "node_out", "port": "in" } }
          ]
        }
        """)!;
}
