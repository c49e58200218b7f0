using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Catalog;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Flows;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Rules;

/// <summary>
/// Every operation that names a thing, asked for a thing of another tenant by admins of a third: each is refused, and in the very words in which it
/// is refused for a thing that is nowhere.
/// </summary>
public sealed class IsolationSweep(OidcWorld world) : IClassFixture<OidcWorld>
{
    /// <summary>Stands in everything that the owner makes, and in no answer to a stranger.</summary>
    private const string Secret = "Zanzibar";

    /// <summary>Not a thing's own name, but a place within one that a stranger cannot reach anyway.</summary>
    private static readonly Dictionary<string, string> Places = new()
    {
        ["version"] = "1.0.0",
        ["alias"] = "crm",
        ["acl"] = "acl_1",
        ["deployment"] = "dep_1",
        ["instanceKey"] = "key-1",
        ["slug"] = "some/model",
        ["user_id"] = "usr_1",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Strangers_learn_nothing_from_any_operation_that_names_a_thing()
    {
        var things = await MakeAsync();
        var (other, sister) = (await world.NewTenantAsync(), await world.World.NewTenantAsync(things.Tenant.Partner));
        HttpClient[] strangers =
        [
            (await world.NewPersonAsync(other, [Roles.TenantAdmin])).Http, (await world.NewPersonAsync(other, [Roles.PartnerAdmin])).Http,
            (await world.NewPersonAsync(sister, [Roles.TenantAdmin])).Http, await sister.AsAdminAsync(),
        ];

        var faults = new List<string>();
        var operations = Operations().ToList();
        foreach (var (method, pattern) in operations)
        {
            Assert.True(things.Ids.TryGetValue(KindOf(pattern), out var id), $"{method} {pattern.RawText}: say in IsolationSweep which thing '{KindOf(pattern)}' is.");
            foreach (var stranger in strangers)
            {
                var (real, nowhere) = (await AskAsync(stranger, method, pattern, id), await AskAsync(stranger, method, pattern, NowhereFor(id)));
                if ((int)real.Status < 400 || real.Body.Contains(Secret, StringComparison.Ordinal))
                {
                    faults.Add($"{method} {pattern.RawText}: {(int)real.Status} {real.Body}");
                }
                else if (real.Status != nowhere.Status || real.Body != nowhere.Body)
                {
                    faults.Add($"{method} {pattern.RawText}: {(int)real.Status} {real.Body}\n   but for what is nowhere {(int)nowhere.Status} {nowhere.Body}");
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
        Assert.True(operations.Count > 80, $"{operations.Count} operations");
    }

    [Fact]
    public async Task Strangers_find_nothing_in_any_list()
    {
        await MakeAsync();
        var other = await world.NewTenantAsync();
        HttpClient[] strangers = [(await world.NewPersonAsync(other, [Roles.TenantAdmin])).Http, (await world.NewPersonAsync(other, [Roles.PartnerAdmin])).Http];
        var lists = world.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.Parameters.Count == 0 && MethodOf(e) == "GET" && e.Metadata.GetMetadata<AccessRule>() is { Anonymous: false })
            .Select(e => e.RoutePattern.RawText!).Where(p => !p.EndsWith("/live", StringComparison.Ordinal)).ToList(); // what goes on and on is tested by itself

        foreach (var stranger in strangers)
        {
            foreach (var list in lists)
            {
                using var response = await stranger.GetAsync(new Uri(list, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancel);
                if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
                {
                    Assert.False((await response.Content.ReadAsStringAsync(Cancel)).Contains(Secret, StringComparison.Ordinal), list);
                }
            }
        }

        Assert.True(lists.Count > 15, string.Join(' ', lists));
    }

    /// <summary>One thing of each kind, its name the secret.</summary>
    private async Task<(TestTenant Tenant, Dictionary<string, string> Ids)> MakeAsync()
    {
        var tenant = await world.NewTenantAsync();
        var owner = (await world.NewPersonAsync(tenant, [Roles.TenantAdmin])).Http;
        var person = await world.World.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], user: u => u.Name = Secret);
        var (core, slug) = await owner.PublishedCoreAsync(TestCores.Approval.Replace("Approval Agent", $"{Secret} Agent", StringComparison.Ordinal).Replace("Approve", Secret, StringComparison.Ordinal));
        await owner.ChatAsync(slug, Secret);
        var run = (await owner.GetDataAsync($"{TestCores.Base}/cores/{core}/runs")).GetProperty("items")[0].Text("id")!;
        var checkpoint = (await owner.GetDataAsync($"{TestCores.Base}/checkpoints")).GetProperty("items")[0].Text("id")!;
        var package = $"zanzibar-{tenant.Tenant.Slug}";
        await owner.PublishAsync(TestCatalog.Support(id: package, name: Secret, readme: Secret));
        var flow = TestFlows.Echo(Secret);
        flow["name"] = Secret;
        var model = await owner.NewModelAsync($"tenant/{tenant.Tenant.Slug}/zanzibar", new { display_name = Secret });
        var message = (await owner.PostDataAsync("/v1/modules/scaiqueue/messages", new { queue = "zanzibar", payload = Secret }, HttpStatusCode.Created)).Text("id")!;
        return (tenant, new()
        {
            ["/v1/models/{model}"] = model.Text("slug")!,
            ["/oai/v1/models/{id}"] = model.Text("slug")!,
            ["/v1/models/{id}"] = model.Text("id")!,
            ["/v1/backends/{id}"] = (await owner.NewBackendAsync(new { name = Secret })).Text("id")!,
            ["/v1/models/groups/{id}"] = (await owner.NewGroupAsync(new { name = Secret })).Text("id")!,
            ["/v1/api-keys/{id}"] = (await owner.PostDataAsync("/v1/api-keys", new { name = Secret }, HttpStatusCode.Created)).Text("id")!,
            ["/v1/modules/scaicore/cores/{id}"] = core,
            ["/v1/modules/scaicore/runs/{id}"] = run,
            ["/v1/modules/scaicore/checkpoints/{id}"] = checkpoint,
            ["/v1/modules/scaiqueue/messages/{id}"] = message,
            ["/api/v1/flows/{id}"] = (await owner.BareAsync(HttpMethod.Post, TestFlows.Base, new { name = Secret, content = flow }, HttpStatusCode.Created)).Text("id")!,
            ["/api/v1/catalog/{id}"] = package,
            ["/v1/users/{id}"] = person.User.Id.Value,
            ["/v1/groups/{id}"] = (await owner.PostDataAsync("/v1/groups", new { name = Secret }, HttpStatusCode.Created)).Text("id")!,
            ["/v1/iam/custom-roles/{id}"] = (await owner.PostDataAsync("/v1/iam/custom-roles", new { name = Secret }, HttpStatusCode.Created)).Text("id")!,
            ["/v1/accounting/budgets/{id}"] = (await owner.PostDataAsync("/v1/accounting/budgets", new { name = Secret, request_limit = 5 }, HttpStatusCode.Created)).Text("id")!,
            ["/v1/webhooks/{id}"] = (await owner.PostDataAsync("/v1/webhooks", new { url = "https://zanzibar.example", events = (string[])["budget.*"] }, HttpStatusCode.Created)).Text("webhook.id")!,
            ["/v1/tenants/{id}"] = tenant.Tenant.Id.Value,
            ["/v1/partners/{id}"] = tenant.Partner.Id.Value,
        });
    }

    private IEnumerable<(string Method, RoutePattern Pattern)> Operations() => world.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(e => e.RoutePattern.Parameters.Count > 0 && e.Metadata.GetMetadata<AccessRule>() is { Anonymous: false, DevToken: false } && !e.RoutePattern.RawText!.StartsWith("/openapi", StringComparison.Ordinal))
        .Select(e => (MethodOf(e), e.RoutePattern));

    /// <summary>The path up to the first thing that it names.</summary>
    private static string KindOf(RoutePattern pattern)
    {
        var raw = pattern.RawText!.Replace("**", "", StringComparison.Ordinal);
        return raw[..(raw.IndexOf('}') + 1)];
    }

    private static string NowhereFor(string id) => id.Contains('/') ? id[..(id.LastIndexOf('/') + 1)] + "nowhere" : id[..(id.IndexOfAny(['_', '-']) + 1)] + "nowhere0000000000000000000";

    private static string MethodOf(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(HttpClient stranger, string method, RoutePattern pattern, string id)
    {
        var first = pattern.Parameters[0].Name;
        var path = string.Concat(pattern.PathSegments.Select(s => "/" + string.Concat(s.Parts.Select(p => p switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart parameter when parameter.Name == first => parameter.IsCatchAll ? id : Uri.EscapeDataString(id),
            RoutePatternParameterPart parameter => Places.TryGetValue(parameter.Name, out var place) ? Uri.EscapeDataString(place) : throw new InvalidOperationException($"Say in IsolationSweep what stands for '{parameter.Name}'."),
            _ => "",
        }))));
        using var request = new HttpRequestMessage(new(method), path) { Content = method == "GET" ? null : JsonContent.Create(new { }) };
        using var response = await stranger.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var body = new StringBuilder(await response.Content.ReadAsStringAsync(Cancel));
        body.Replace(id, "…").Replace(Uri.EscapeDataString(id), "…");
        body.Replace(response.Headers.GetValues("X-Request-Id").Single(), "req");
        return (response.StatusCode, body.ToString());
    }
}
