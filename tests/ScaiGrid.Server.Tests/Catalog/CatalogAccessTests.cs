using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Catalog.TestCatalog;

namespace ScaiGrid.Server.Tests.Catalog;

/// <summary>Who may do what with a package, however it is shown: the whole table.</summary>
public sealed class CatalogAccessTests(CatalogReaders readers) : IClassFixture<CatalogReaders>
{
    /// <summary>
    /// Each cell says in this order whether the reader finds the package in lists, reads it, changes it (visibility, yank, unyank, delete), publishes under its
    /// id, and gives it to another author; one word alone is said of all five. A word that is not "yes" or "no" is the refusal, see <see cref="Refusals"/>; "own" is
    /// a package of the reader's own tenant.
    /// </summary>
    private const string Table = """
        reader                            | tenant                               | groups                                 | deleted
        its author                        | yes yes yes yes admins               | yes yes yes yes admins                 | no hidden hidden yes hidden
        its author, who may only view     | yes yes yes permission permission    | yes yes yes permission permission      | no hidden hidden permission permission
        its author, who may view no more  | permission                           | permission                             | permission
        member                            | yes yes author author admins         | no hidden hidden author hidden         | no hidden hidden author hidden
        member of a named group           | yes yes author author admins         | yes yes author author admins           | no hidden hidden author hidden
        member of another group           | yes yes author author admins         | no hidden hidden author hidden         | no hidden hidden author hidden
        viewer                            | yes yes author permission permission | no hidden hidden permission permission | no hidden hidden permission permission
        viewer in a named group           | yes yes author permission permission | yes yes author permission permission   | no hidden hidden permission permission
        user in a named group             | permission                           | permission                             | permission
        tenant admin                      | yes yes yes yes yes                  | yes yes yes yes yes                    | no hidden hidden yes hidden
        partner admin, here               | yes yes yes yes yes                  | yes yes yes yes yes                    | no hidden hidden yes hidden
        partner admin, at home            | no hidden hidden own hidden          | no hidden hidden own hidden            | no hidden hidden own hidden
        another partner's admin, here     | foreign                              | foreign                                | foreign
        super admin, here                 | yes yes yes yes yes                  | yes yes yes yes yes                    | no hidden hidden yes hidden
        super admin, nowhere              | yes which which which which          | yes which which which which            | no which which which which
        another tenant's admin            | no hidden hidden own hidden          | no hidden hidden own hidden            | no hidden hidden own hidden
        another tenant's admin, here      | foreign                              | foreign                                | foreign
        stranger who claims a named group | no hidden hidden own hidden          | no hidden hidden own hidden            | no hidden hidden own hidden
        API key of its author             | oidc                                 | oidc                                   | oidc
        API key of a tenant admin         | oidc                                 | oidc                                   | oidc
        API key of a super admin, here    | oidc                                 | oidc                                   | oidc
        development token                 | token                                | token                                  | token
        nobody                            | signin                               | signin                                 | signin
        """;

    private static readonly Dictionary<string, (HttpStatusCode Status, string Code)> Refusals = new()
    {
        ["hidden"] = (HttpStatusCode.NotFound, "package_not_found"),
        ["author"] = (HttpStatusCode.Forbidden, "not_package_author"),
        ["admins"] = (HttpStatusCode.Forbidden, "admin_required"),
        ["permission"] = (HttpStatusCode.Forbidden, "authz_permission_denied"),
        ["which"] = (HttpStatusCode.BadRequest, "tenant_required"),
        ["foreign"] = (HttpStatusCode.Forbidden, "tenant_unknown"),
        ["oidc"] = (HttpStatusCode.Forbidden, "oidc_required"),
        ["token"] = (HttpStatusCode.Unauthorized, "auth_token_invalid"),
        ["signin"] = (HttpStatusCode.Unauthorized, "auth_token_missing"),
    };

    private static readonly string[] Reading =
    [
        "{0}{1}", "{0}/versions{1}", "{0}/versions/0.1.0/download{1}", "{0}/versions/0.1.0/signature{1}", "{0}/diff{1}&from=0.1.0&to=0.2.0", "{0}/install{1}", "{0}/install{1}&version=0.1.0",
        "log/proof{1}&package_id={0}",
    ];

    public static TheoryData<string, string, string> Cells()
    {
        var rows = Table.Split('\n').Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToList();
        return [.. rows.Skip(1).SelectMany(row => row.Skip(1).Select((cell, column) => (row[0], rows[0][column + 1], cell)))];
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Whoever_may_does_and_nobody_else(string reader, string shown, string may)
    {
        var (id, author, http) = await readers.PutAsync(reader, shown);
        var query = reader.EndsWith(", here", StringComparison.Ordinal) ? $"?tenant_id={readers.Tenant}" : "?";
        var (path, words) = ($"{Base}/{id}", may.Split(' '));
        words = words.Length == 1 ? [.. Enumerable.Repeat(may, 5)] : words;
        var (lists, reads, changes, publishes, transfers) = (words[0], words[1], words[2], words[3], words[4]);

        foreach (var search in new[] { "", $"&search={id}" })
        {
            var list = await AskAsync(http, HttpMethod.Get, Base + query + search, null, lists);
            Assert.Equal(lists == "yes", list.ValueKind == JsonValueKind.Array && list.EnumerateArray().Any(p => p.Text("package_id") == id));
        }

        foreach (var reading in Reading)
        {
            await AskAsync(http, HttpMethod.Get, $"{Base}/{string.Format(null, reading, id, query)}", null, reads);
        }

        var (visibility, groups) = shown == "groups" ? (shown, new[] { readers.Group }) : ("tenant", []);
        await AskAsync(http, HttpMethod.Patch, $"{path}/visibility{query}", new { visibility, visibility_group_ids = groups }, changes);
        await AskAsync(http, HttpMethod.Post, $"{path}/versions/0.1.0/yank{query}", null, changes);
        await AskAsync(http, HttpMethod.Post, $"{path}/versions/0.1.0/unyank{query}", null, changes);
        await AskAsync(http, HttpMethod.Post, $"{path}/transfer{query}", new { author_id = author }, transfers);
        await AskAsync(http, HttpMethod.Post, $"{Base}/publish{query}", Support("0.3.0", id), publishes);
        if (publishes == "own")
        {
            await http.BareAsync(HttpMethod.Delete, path, null, HttpStatusCode.NoContent); // or it would be taken for the other
        }

        await AskAsync(http, HttpMethod.Delete, path + query, null, shown == "deleted" && publishes == "yes" ? "yes" : changes); // publishing brought it back
    }

    [Theory]
    [InlineData("private")]
    [InlineData("public")]
    [InlineData("")]
    [InlineData(null)]
    public async Task There_is_no_other_visibility(string? visibility)
    {
        var (id, _, http) = await readers.PutAsync("its author", "tenant");

        await http.DeniedAsync(HttpMethod.Patch, $"{Base}/{id}/visibility", new { visibility }, HttpStatusCode.BadRequest, "validation_error");
    }

    /// <returns>The answer, where it is JSON.</returns>
    private static async Task<JsonElement> AskAsync(HttpClient http, HttpMethod method, string path, object? body, string expected)
    {
        if (Refusals.TryGetValue(expected, out var refusal))
        {
            return await http.DeniedAsync(method, path, body, refusal.Status, refusal.Code);
        }

        Assert.Contains(expected, (string[])["yes", "no", "own"]);
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{method} {path}: {(int)response.StatusCode} {text}");
        return response.Content.Headers.ContentType?.MediaType == "application/json" ? JsonDocument.Parse(text).RootElement : default;
    }
}
