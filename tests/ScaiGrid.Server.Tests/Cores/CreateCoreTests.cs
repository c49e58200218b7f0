using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Cores;

public sealed class CreateCoreTests(World world)
{
    private const string Source = """{"core":{"name":"A","flows":[{"name":"f","steps":[{"id":"s","rigid":"x"}]}]}}""";

    [Fact]
    public async Task A_Core_has_the_defaults_of_what_is_not_told()
    {
        var acme = await world.NewTenantAsync();
        var core = await (await acme.AsAdminAsync()).PostDataAsync($"{TestCores.Base}/cores", new { name = " Approval Agent " }, HttpStatusCode.Created);

        Assert.StartsWith("core_", core.Text("id"), StringComparison.Ordinal);
        Assert.Equal(("Approval Agent", "approval-agent", "created"), (core.Text("name"), core.Text("slug"), core.Text("status")));
        Assert.Equal(("event_driven", "stateless", "auto", "standard"), (core.Text("runtime_mode"), core.Text("concurrency_mode"), core.Text("checkpoint_mode"), core.Text("privilege_level")));
        Assert.Equal(("{}", "[]", "{}", "{}", "{}"), (core.At("source").ToString(), core.At("plugins").ToString(), core.At("environment").ToString(), core.At("resource_limits").ToString(), core.At("metadata").ToString()));
        Assert.Equal((acme.Tenant.Id.Value, null, null), (core.Text("tenant_id"), core.Text("entity_key_field"), core.Text("avatar_url")));
        Assert.StartsWith("usr_", core.Text("created_by"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_in_YAML_is_a_Core_with_its_name_mode_and_key()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var core = await admin.CreateCoreAsync("""
            core:
              name: Ticket Desk
              mode: entity
              entity_key: ticket
              flows: [{ name: f, steps: [{ id: s, rigid: "x" }] }]
            """);

        Assert.Equal(("Ticket Desk", "ticket-desk", "entity", "ticket"), (core.Text("name"), core.Text("slug"), core.Text("concurrency_mode"), core.Text("entity_key_field")));
        Assert.Equal("f", core.At("source.core.flows")[0].Text("name"));
    }

    [Fact]
    public async Task Every_faulty_field_is_named_at_once()
    {
        var manager = await (await world.NewTenantAsync()).AsAsync(Roles.TenantUser, Permissions.CoreManage);

        var shape = await RefusedAsync(manager, """{"name":7,"runtime_mode":"fast","source":{},"colour":"red","avatar_b64":null}""");
        Assert.Equal(["colour", "name", "runtime_mode"], shape);

        var meaning = await RefusedAsync(manager, """
            {"name":" ","source":[],"plugins":{},"environment":{"KEY":{"type":"secret","value":7}},"resource_limits":1,"metadata":"x","entity_key_field":"","privilege_level":"admin"}
            """);
        Assert.Equal(["entity_key_field", "environment.KEY.value", "metadata", "name", "plugins", "privilege_level", "resource_limits", "source"], meaning);
    }

    [Theory]
    [InlineData("""{"name":"!!"}""", "name")]
    [InlineData("""{"name":"a\u0000b"}""", "name")]
    [InlineData("""{"name":"a\nb"}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("{}", "name")]
    [InlineData("""{"name":"A","concurrency_mode":"entity"}""", "entity_key_field")]
    [InlineData("""{"name":"A","avatar_b64":"not base64"}""", "avatar_b64")]
    [InlineData("""{"name":"A","avatar_b64":"R0lGODlhAQABAAAAACw="}""", "avatar_b64")]
    [InlineData("""{"name":"A","name":"B"}""", "body")]
    [InlineData("not json", "body")]
    [InlineData("""{"\ud800":1}""", "body")]
    public async Task One_fault_is_named(string body, string field)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        Assert.Equal([field], await RefusedAsync(admin, body));
    }

    [Fact]
    public async Task A_picture_that_is_not_what_it_says_is_refused()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        Assert.Equal(["avatar_content_type"], await RefusedAsync(admin, $$"""{"name":"A","avatar_b64":"{{TestCores.PngBase64}}","avatar_content_type":"image/jpeg"}"""));
    }

    [Fact]
    public async Task A_bad_source_is_refused_with_every_diagnostic()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var source = JsonElement.Parse("""{"core":{"name":"A","flows":[{"name":"f","steps":[{"id":"s","rigid":"{{1 +}}"},{"id":"s","nonsense":1}]}]}}""");

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "A", source }, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");

        Assert.True(error.GetProperty("details").GetArrayLength() >= 2, error.ToString());
        Assert.All(error.GetProperty("details").EnumerateArray(), d => Assert.Contains("core", d.Text("field"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_flow_name_that_no_row_could_hold_is_a_bad_source()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var source = JsonElement.Parse(Source.Replace("\"f\"", $"\"{new string('f', 201)}\"", StringComparison.Ordinal));

        await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "A", source }, HttpStatusCode.BadRequest, "INVALID_SOURCE_IR");
    }

    [Fact]
    public async Task A_name_whose_slug_is_taken_in_the_tenant_is_a_conflict_and_free_in_another()
    {
        var (acme, admin, _) = await world.NewCoreAsync(new { name = "Approval Agent" });

        var error = await admin.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "approval  AGENT!" }, HttpStatusCode.Conflict, "SLUG_CONFLICT");

        Assert.Equal("name", Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
        await world.NewCoreAsync(new { name = "Approval Agent" });
        Assert.Equal(["FAILURE", "SUCCESS"], await AuditAsync(acme)); // and the audit log tells both as they were
    }

    [Fact]
    public async Task Of_those_who_create_the_same_name_at_once_one_wins()
    {
        var acme = await world.NewTenantAsync();
        var admin = await acme.AsAdminAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "Same" })));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a => Assert.Equal((HttpStatusCode.Conflict, "SLUG_CONFLICT"), (a.Status, a.Body.Text("error.code"))));
        Assert.Equal(1, (await AuditAsync(acme)).Count(s => s == "SUCCESS"));
    }

    [Fact]
    public async Task The_first_Cores_of_a_tenant_can_be_created_at_once()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => admin.SendAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = $"Agent {i}" })));

        Assert.All(answers, a => Assert.True(a.Status == HttpStatusCode.Created, a.Body.ToString()));
    }

    [Fact]
    public async Task What_nests_as_deep_as_a_body_may_is_kept_and_shown()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var deep = JsonDocument.Parse(new string('[', 61) + new string(']', 61)).RootElement;

        var core = await admin.PostDataAsync($"{TestCores.Base}/cores", new { name = "Deep", metadata = new { deep } }, HttpStatusCode.Created);

        Assert.Equal(deep.ToString(), (await admin.GetDataAsync($"{TestCores.Base}/cores/{core.Text("id")}")).At("metadata.deep").ToString());
        Assert.Equal(["body"], await RefusedAsync(admin, """{"name":"A","metadata":{"deep":""" + new string('[', 63) + new string(']', 63) + "}}"));
    }

    [Fact]
    public async Task A_super_admin_without_a_tenant_is_asked_for_one()
    {
        var root = (await world.NewCallerAsync(null, [Roles.SuperAdmin])).Http;

        await root.RefusedAsync(HttpMethod.Post, $"{TestCores.Base}/cores", new { name = "A" }, HttpStatusCode.BadRequest, "TENANT_REQUIRED");
    }

    private Task<List<string>> AuditAsync(TestTenant acme) => world.Server.WithDbAsync(db =>
        db.Set<AuditEntry>().Where(e => e.Stream == acme.Tenant.Id.Value && e.Action == "core.create").OrderBy(e => e.Status).Select(e => e.Status).ToListAsync());

    private static async Task<IEnumerable<string?>> RefusedAsync(HttpClient http, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri($"{TestCores.Base}/cores", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, body);
        Assert.Equal("VALIDATION_ERROR", JsonElement.Parse(body).Text("error.code"));
        return JsonElement.Parse(body).At("error.details").EnumerateArray().Select(d => d.Text("field")).Order();
    }
}
