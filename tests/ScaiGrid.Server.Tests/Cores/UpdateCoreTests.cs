using System.Net;
using System.Net.Http.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Publishing;

namespace ScaiGrid.Server.Tests.Cores;

public sealed class UpdateCoreTests(World world)
{
    [Fact]
    public async Task Only_what_is_sent_is_changed()
    {
        var (_, admin, id) = await world.NewCoreAsync(new { name = "A", metadata = new { a = 1 }, resource_limits = new { max_duration_seconds = 7 }, runtime_mode = "api" });
        var before = await admin.GetDataAsync($"{TestCores.Base}/cores/{id}");

        var after = await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { name = "B", checkpoint_mode = "routed" });

        Assert.Equal(("B", "routed", before.At("version").GetInt32() + 1), (after.Text("name"), after.Text("checkpoint_mode"), after.At("version").GetInt32()));
        foreach (var kept in (string[])["slug", "metadata", "resource_limits", "runtime_mode", "source", "created_at", "created_by", "status"])
        {
            Assert.Equal(before.At(kept).ToString(), after.At(kept).ToString());
        }
    }

    [Fact]
    public async Task An_edit_of_an_older_version_is_refused()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);
        var tag = await TagAsync(HttpMethod.Get, null, HttpStatusCode.OK);

        var newer = await TagAsync(HttpMethod.Put, tag, HttpStatusCode.OK);
        await TagAsync(HttpMethod.Put, tag, HttpStatusCode.PreconditionFailed);
        await TagAsync(HttpMethod.Put, newer, HttpStatusCode.OK);
        await TagAsync(HttpMethod.Put, "*", HttpStatusCode.OK);

        async Task<string?> TagAsync(HttpMethod method, string? ifMatch, HttpStatusCode status)
        {
            using var request = new HttpRequestMessage(method, $"{TestCores.Base}/cores/{id}") { Content = method == HttpMethod.Put ? JsonContent.Create(new { name = "B" }) : null };
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            using var response = await admin.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, response.StatusCode);
            return response.Headers.ETag?.ToString();
        }
    }

    [Fact]
    public async Task Of_many_edits_of_one_version_one_is_taken()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"{TestCores.Base}/cores/{id}") { Content = JsonContent.Create(new { name = $"Name {i}" }) };
            request.Headers.TryAddWithoutValidation("If-Match", "\"2\"");
            using var response = await admin.SendAsync(request, TestContext.Current.CancellationToken);
            return response.StatusCode;
        }));

        Assert.Equal(9, answers.Count(s => s == HttpStatusCode.PreconditionFailed));
        Assert.Single(answers, s => s == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Secrets_are_encrypted_at_rest_never_shown_and_kept_when_their_mask_comes_back()
    {
        const string secret = "hunter2-and-more";
        var (acme, admin, id) = await world.NewCoreAsync(new { name = "A", environment = new { plain = "seen", key = new { type = "secret", value = secret } } });
        var shown = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).At("environment");
        var stored = await StoredAsync();
        Assert.Equal(("seen", "secret"), (shown.Text("plain"), shown.Text("key.type")));
        Assert.DoesNotContain(secret, shown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(secret, stored.ToJson(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", await (await admin.GetAsync(new Uri($"{TestCores.Base}/cores", UriKind.Relative), TestContext.Current.CancellationToken)).Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { environment = shown });
        Assert.Equal(stored, await StoredAsync());

        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { environment = new { key = new { type = "secret", value = "another" } } });
        Assert.NotEqual(stored["key"], (await StoredAsync())["key"]);
        Assert.True((await StoredAsync())["plain"].IsNull);

        async Task<Value> StoredAsync() => (await acme.RowsAsync()).Core.Environment;
    }

    [Fact]
    public async Task A_program_reads_its_environment_in_the_clear()
    {
        var (_, admin, id) = await world.NewCoreAsync(TestCores.Echo.Replace("{{input.message}}", "{{config.key}}", StringComparison.Ordinal));
        await admin.DataAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { environment = new { key = new { type = "secret", value = "hunter2" } } });
        await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/start");

        Assert.Equal("You said: hunter2", (await admin.PostDataAsync($"{TestCores.Base}/cores/{id}/invoke")).Text("output"));
    }

    [Fact]
    public async Task A_mask_that_stands_for_nothing_is_refused()
    {
        var (_, admin, id) = await world.NewCoreAsync(new { name = "A", environment = new { key = new { type = "secret", value = "hunter2" } } });
        var masked = (await admin.GetDataAsync($"{TestCores.Base}/cores/{id}")).At("environment.key");

        var error = await admin.RefusedAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { environment = new { other = masked } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Equal("environment.other.value", Assert.Single(error.GetProperty("details").EnumerateArray()).Text("field"));
    }

    [Theory]
    [InlineData(Roles.TenantAdmin, HttpStatusCode.OK)]
    [InlineData(Roles.TenantUser, HttpStatusCode.BadRequest)]
    public async Task A_raised_privilege_level_needs_an_admin(string role, HttpStatusCode status)
    {
        var (acme, _, id) = await world.NewCoreAsync(TestCores.Echo);
        var caller = await acme.AsAsync(role, Permissions.CoreManage);

        Assert.Equal(status, (await caller.SendAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { privilege_level = "elevated" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await caller.SendAsync(HttpMethod.Put, $"{TestCores.Base}/cores/{id}", new { privilege_level = "standard" })).Status);
    }
}
