using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Access.Bootstrap;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Access.Bootstrap;

/// <summary>On a server of its own for each test, because a file speaks for the whole platform.</summary>
public sealed class BootstrapFileTests : IDisposable
{
    private const string Key = "sgk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA", OtherKey = "sgk_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbA";

    private const string Company = """
        partners: [{ id: prt_1, slug: north, name: North }]
        tenants: [{ id: tnt_1, partner: prt_1, slug: acme, name: Acme, rate_limit: 7, restrict_models_to_groups: true }]
        groups: [{ id: group_1, tenant: tnt_1, name: Engineers }]
        users:
          - { id: usr_root, email: root@example.test, roles: [super_admin] }
          - { id: usr_1, tenant: tnt_1, email: a@acme.test, name: A, password: ${PASSWORD}, roles: [tenant_user], permissions: [scaicore:view], groups: [group_1] }
        api_keys: [{ id: key_1, user: usr_1, name: ci, key: KEY, model_groups: [mg_1], permissions: [models:list], expires_at: 2100-01-01T00:00:00Z }]
        service_clients: [{ id: ci-bot, secret: ${PASSWORD}, tenant: tnt_1, permissions: [scaicore:view] }]
        model_groups:
          - { id: mg_1, name: One, scope: tenant, tenant: tnt_1, default: true }
          - { id: mg_2, name: Two, scope: partner, partner: prt_1 }
          - { id: mg_3, name: Three, scope: global }
        backends:
          - { id: bm_1, provider_type: openai, connection_config: { base_url: "http://127.0.0.1:9100/v1", api_key: hush-hush, model: gpt-4o } }
          - { id: bm_2, provider_type: scripted }
        models:
          - id: fm_1
            slug: openai/gpt-4o
            display_name: GPT-4o
            groups: [mg_1, mg_3]
            input_price_per_mtok: "2.50"
            backends: [{ backend: bm_1, priority: 0, weight: 2 }, { backend: bm_2, priority: 1 }]
        """;

    private readonly TestServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Everything_in_the_file_is_created()
    {
        Assert.Empty(await ApplyAsync(Company));

        var (tenant, user, key, client, model, groups, links) = await _server.WithDbAsync(async db => (
            await db.Tenants.SingleAsync(),
            await db.Users.SingleAsync(u => u.Id == new Id<User>("usr_1")),
            await db.ApiKeys.SingleAsync(),
            await db.ServiceClients.SingleAsync(),
            await db.Models.SingleAsync(),
            await db.ModelGroups.ToListAsync(),
            await db.ModelBackends.OrderBy(l => l.Priority).ToListAsync()));
        Assert.Equal((7, true, "acme"), (tenant.RateLimit, tenant.RestrictModelsToGroups, tenant.Slug.Value));
        Assert.True(Passwords.Matches(user.PasswordHash, "correct horse"));
        Assert.Equal("tenant_user scaicore:view group_1", string.Join(' ', [.. user.Roles, .. user.Permissions, .. user.Groups]));
        Assert.Equal((ApiKeySecret.HashOf(Key), "sgk_aaaa", tenant.Id), (key.Hash, key.Hint, key.TenantId!.Value));
        Assert.Equal("models:list mg_1", string.Join(' ', [.. key.Permissions, .. key.ModelGroups]));
        Assert.Equal(2100, key.ExpiresAt!.Value.Year);
        Assert.True(Passwords.Matches(client.SecretHash, "correct horse"));
        Assert.Equal((2.50m, 0m), (model.InputPricePerMtok, model.OutputPricePerMtok));
        Assert.Equal(["mg_1", "mg_3"], groups.Where(g => g.Members.Any(m => m.Slug == model.Slug)).Select(g => g.Id.Value).Order());
        Assert.Equal([("bm_1", 0, 2), ("bm_2", 1, 1)], links.Select(l => (l.BackendId.Value, l.Priority, l.Weight)));
    }

    [Fact]
    public async Task A_key_of_the_file_signs_in()
    {
        Assert.Empty(await ApplyAsync(Company));
        using var http = _server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", Key);

        Assert.Equal(System.Net.HttpStatusCode.OK, (await http.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Status);
    }

    [Fact]
    public async Task Applying_the_same_file_again_changes_nothing()
    {
        Assert.Empty(await ApplyAsync(Company));
        var before = await StateAsync();
        Assert.Empty(await ApplyAsync(Company));

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task What_differs_is_updated_and_what_is_left_out_stays()
    {
        Assert.Empty(await ApplyAsync(Company));
        Assert.Empty(await ApplyAsync("""
            partners: [{ id: prt_1, slug: north, name: Northern }]
            users: [{ id: usr_1, tenant: tnt_1, email: b@acme.test, roles: [tenant_admin] }]
            api_keys: [{ id: key_1, user: usr_1, name: ci, key: OTHER }]
            models: [{ id: fm_1, slug: openai/gpt-4o, groups: [mg_3], backends: [{ backend: bm_2 }] }]
            """));

        var (partner, user, key, groups, links) = await _server.WithDbAsync(async db => (
            await db.Partners.SingleAsync(),
            await db.Users.SingleAsync(u => u.Id == new Id<User>("usr_1")),
            await db.ApiKeys.SingleAsync(),
            await db.ModelGroups.Where(g => g.Members.Any()).ToListAsync(),
            await db.ModelBackends.SingleAsync()));
        Assert.Equal("Northern", partner.Name);
        Assert.Equal("b@acme.test tenant_admin", string.Join(' ', [user.Email, .. user.Roles, .. user.Permissions]));
        Assert.True(Passwords.Matches(user.PasswordHash, "correct horse"));
        Assert.Equal(ApiKeySecret.HashOf(OtherKey), key.Hash);
        Assert.Equal("mg_3", Assert.Single(groups).Id.Value);
        Assert.Equal("bm_2", links.BackendId.Value);
    }

    [Fact]
    public async Task A_key_that_was_revoked_stays_revoked()
    {
        Assert.Empty(await ApplyAsync(Company));
        await _server.WithDbAsync(async db =>
        {
            (await db.ApiKeys.SingleAsync()).RevokedAt = DateTimeOffset.UnixEpoch;
            return await db.SaveChangesAsync();
        });
        Assert.Empty(await ApplyAsync(Company));

        Assert.NotNull(await _server.WithDbAsync(db => db.ApiKeys.Select(k => k.RevokedAt).SingleAsync()));
    }

    [Fact]
    public async Task Each_change_is_a_line_of_the_audit_log()
    {
        Assert.Empty(await ApplyAsync(Company));
        Assert.Empty(await ApplyAsync(Company.Replace("name: Acme", "name: Acme Ltd", StringComparison.Ordinal)));

        var lines = await _server.WithDbAsync(db => db.AuditLog.OrderBy(l => l.Stream).ThenBy(l => l.Sequence).ToListAsync());
        Assert.All(lines, l => Assert.Equal(("bootstrap", "system", "SUCCESS"), (l.ActorId, l.ActorType, l.Status)));
        Assert.Contains(lines, l => l is { Stream: "tnt_1", Action: "user.create", ResourceId: "usr_1" });
        Assert.Contains(lines, l => l is { Stream: "tnt_1", Action: "api_key.create", ResourceId: "key_1" });
        var update = Assert.Single(lines, l => l.Action.EndsWith(".update", StringComparison.Ordinal));
        Assert.Equal(("tenant.update", "tnt_1"), (update.Action, update.ResourceId));
        Assert.NotEqual(update.BeforeDigest, update.AfterDigest);
    }

    [Fact]
    public async Task Every_fault_is_listed_by_line_and_nothing_is_applied()
    {
        var problems = await ApplyAsync("""
            partners:
              - { id: prt_1, slug: north, name: North }
              - { id: prt_1, slug: south, name: South }
              - { id: prt_2, slug: north, name: Nord, colour: blue }
            tenants:
              - { id: tnt_1, partner: prt_9, slug: Acme!, name: Acme, rate_limit: -1 }
            users:
              - { id: usr_1, tenant: tnt_9, email: a@acme.test, roles: [tenant_user, foo, tenant_user] }
              - { id: usr_2, email: b@acme.test, password: short, permissions: [fly] }
              - id: usr 3
                tenant: tnt_1
                roles: tenant_user
            api_keys:
              - { id: key_1, user: usr_1, name: ci, key: sgk_short }
              - just text
            service_clients:
              - { id: bot, tenant: tnt_1 }
            model_groups:
              - { id: mg_1, name: One, scope: tenant }
              - { id: mg_2, name: Two, scope: world }
              - { id: mg_3, name: Three, scope: global, tenant: tnt_1 }
            backends:
              - { id: bm_1, provider_type: openia, timeout: 0 }
            models:
              - { id: fm_1, slug: scaicore/acme/x, groups: [mg_9], backends: [{ backend: bm_9 }], output_price_per_mtok: "-1" }
              - { id: fm_2, slug: "a b" }
            flows:
              - { id: flow_1, tenant: tnt_1, owner: usr_1, file: x.json, deploy: true, publish: true, group_ids: [mg_1] }
            plugins: []
            """);

        Assert.Equal(
        [
            "line 3: partners[1].id: 'prt_1' is given twice, first on line 2",
            "line 4: partners[2].slug: 'north' is another partner's",
            "line 4: partners[2].colour: is not known here",
            "line 6: tenants[0].slug: 'Acme!' is not a slug: 1 to 64 of a-z, 0-9 and '-', with a letter or digit at both ends",
            "line 6: tenants[0].rate_limit: must be from 0 to 1000000",
            "line 6: tenants[0].partner: 'prt_9' is not the id of a partner in this file or in the database",
            "line 8: users[0].tenant: 'tnt_9' is not the id of a tenant in this file or in the database",
            "line 8: users[0].roles[1]: 'foo' is not a role",
            "line 8: users[0].roles[2]: 'tenant_user' is given twice",
            "line 9: users[1].password: must have at least 8 characters",
            "line 9: users[1].permissions[0]: 'fly' is not a permission",
            "line 9: users[1].tenant: is required for all but a super_admin",
            "line 10: users[2].id: 'usr 3' is not an id: 1 to 64 letters, digits, '_' and '-'",
            "line 10: users[2].email: is required",
            "line 12: users[2].roles: must be a list",
            "line 14: api_keys[0].key: must be 'sgk_' and 32 bytes as 43 base64url characters",
            "line 15: api_keys[1]: must be a mapping",
            "line 17: service_clients[0].secret: is required",
            "line 19: model_groups[0].tenant: is required with scope tenant",
            "line 20: model_groups[1].scope: 'world' must be one of global, partner, tenant",
            "line 21: model_groups[2].tenant: is only for scope tenant",
            "line 23: backends[0].timeout: must be from 1 to 3600",
            "line 23: backends[0].provider_type: 'openia' must be one of openai, azure, anthropic, google, mistral, ollama, custom, scripted",
            "line 25: models[0].groups[0]: 'mg_9' is not the id of a model group in this file or in the database",
            "line 25: models[0].output_price_per_mtok: '-1' is not a price, such as \"2.50\"",
            "line 25: models[0].backends[0].backend: 'bm_9' is not the id of a backend in this file or in the database",
            "line 25: models[0].slug: 'scaicore/acme/x' begins with 'scaicore/', which is kept for published Cores",
            "line 26: models[1].slug: 'a b' is not a model slug, such as 'openai/gpt-4o'",
            "line 26: models[1].backends: must name at least one backend",
            "line 28: flows[0].file: 'x.json' is no file in the folder of this one",
            "line 29: plugins: is not known here",
        ], problems);
        Assert.Equal(0, await _server.WithDbAsync(async db => await db.Partners.CountAsync() + await db.AuditLog.CountAsync()));
    }

    [Theory]
    [InlineData("groups: [{ id: group_1, tenant: tnt_2, name: Engineers }]", "line 3: groups[0].tenant: 'group_1' belongs to 'tnt_1' and cannot move")]
    [InlineData("users: [{ id: usr_1, tenant: tnt_2, email: a@acme.test }]", "line 3: users[0].tenant: 'usr_1' belongs to 'tnt_1' and cannot move")]
    [InlineData("users: [{ id: usr_9, tenant: tnt_2, email: a@acme.test, groups: [group_1] }]", "line 3: users[0].groups: 'group_1' is a group of another tenant")]
    [InlineData("api_keys: [{ id: key_1, user: usr_root, name: ci, key: KEY }]", "line 3: api_keys[0].user: 'key_1' is a key of 'usr_1' and cannot change hands")]
    [InlineData("api_keys: [{ id: key_2, user: usr_1, name: ci, key: KEY }]", "line 3: api_keys[0].key: is the secret of another key")]
    [InlineData("tenants: [{ id: tnt_3, partner: prt_1, slug: acme, name: X }]", "line 3: tenants[0].slug: 'acme' is another tenant's")]
    [InlineData("model_groups: [{ id: mg_1, name: One, scope: global }]", "line 3: model_groups[0].scope: 'mg_1' is a group of another scope and cannot move")]
    [InlineData("models: [{ id: fm_1, slug: x/y, backends: [{ backend: bm_1 }] }]", "line 3: models[0].slug: 'fm_1' is called 'openai/gpt-4o' and cannot be renamed")]
    [InlineData("models: [{ id: fm_9, slug: openai/gpt-4o, backends: [{ backend: bm_1 }] }]", "line 3: models[0].slug: 'openai/gpt-4o' is another model's")]
    [InlineData("models: [{ id: fm_9, slug: x/y, tenant: tnt_2, groups: [mg_1, mg_2], backends: [{ backend: bm_1 }, { backend: bm_1 }] }]", "line 3: models[0].backends[1].backend: 'bm_1' is given twice", "line 3: models[0].groups: 'mg_1' is out of the tenant's reach", "line 3: models[0].groups: 'mg_2' is out of the tenant's reach")]
    public async Task What_is_stored_already_binds_the_file(string section, params string[] expected)
    {
        Assert.Empty(await ApplyAsync(Company));
        var strangers = section.StartsWith("tenants", StringComparison.Ordinal) ? "\n\n" : "partners: [{ id: prt_2, slug: south, name: South }]\ntenants: [{ id: tnt_2, partner: prt_2, slug: other, name: Other }]\n";

        Assert.Equal(expected, await ApplyAsync(strangers + section));
    }

    [Fact]
    public async Task Replicas_that_start_together_create_everything_once()
    {
        var problems = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ApplyAsync(Company)));

        Assert.All(problems, Assert.Empty);
        Assert.Equal(2, await _server.WithDbAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task A_file_that_is_too_large_or_not_text_is_refused()
    {
        Assert.Contains("more than", Assert.Single(await ApplyAsync("# " + new string('x', BootstrapYaml.MaxBytes))), StringComparison.Ordinal);
        var path = Path.Combine(_server.Folder, "bytes.yaml");
        await File.WriteAllBytesAsync(path, [0x61, 0xFF], TestContext.Current.CancellationToken);
        Assert.Contains("not UTF-8", Assert.Single(await ApplyFileAsync(path)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_file_loads()
    {
        var path = Path.Combine(Golden.Root, "samples/bootstrap/demo.yaml");
        using var server = new TestServer(new() { ["Bootstrap:File"] = path });

        var models = await server.WithDbAsync(db => db.Models.Select(m => m.Slug).ToListAsync());
        Assert.Contains(new("demo/assistant"), models);
    }

    private async Task<IReadOnlyList<string>> ApplyAsync(string yaml)
    {
        var path = Path.Combine(_server.Folder, Path.GetRandomFileName());
        await File.WriteAllTextAsync(path, yaml.Replace("KEY", Key, StringComparison.Ordinal).Replace("OTHER", OtherKey, StringComparison.Ordinal), TestContext.Current.CancellationToken);
        return await ApplyFileAsync(path);
    }

    private async Task<IReadOnlyList<string>> ApplyFileAsync(string path)
    {
        await using var scope = _server.Services.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        return await scope.ServiceProvider.GetRequiredService<BootstrapFile>()
            .ApplyAsync(path, name => name == "PASSWORD" ? "correct horse" : null, TestContext.Current.CancellationToken);
    }

    /// <summary>What any change would show in.</summary>
    private Task<(int Lines, string Stamps, string Hashes, string Backends)> StateAsync() => _server.WithDbAsync(async db => (
        await db.Set<AuditEntry>().CountAsync(),
        string.Join(' ', await db.Stamps.OrderBy(s => s.Name).Select(s => s.Value).ToListAsync()),
        string.Join(' ', await db.Users.OrderBy(u => u.Id).Select(u => u.PasswordHash).ToListAsync()),
        string.Join(' ', (await db.Backends.OrderBy(b => b.Id).ToListAsync()).Select(b => b.ConnectionConfig.ToJson()))));
}
