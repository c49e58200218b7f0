using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting.Budgets;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Accounting.Budgets;

/// <summary>What budgets let through, on every surface and however many ask at once.</summary>
public sealed class BudgetEnforcementTests(World world)
{
    private const string Budgets = "/v1/accounting/budgets";

    /// <summary>Every answer costs 0.002 + 0.0002: a thousand tokens at 2 and twenty at 10 for a million.</summary>
    private const string Script = """
        {"rules":[{"match":{"equals":"fail"},"fail":{"status":500}}],"default":{"reply":"Hello there","usage":{"prompt_tokens":1000,"completion_tokens":20}}}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, bool> Surfaces => new()
    {
        { "/v1/inference/chat", false }, { "/v1/inference/chat", true }, { "/oai/v1/chat/completions", false }, { "/oai/v1/chat/completions", true },
        { "/v1/inference/generate", false }, { "/oai/v1/completions", true }, { "/oai/v1/responses", false }, { "/oai/v1/responses", true },
        { "/v1/inference/embed", false }, { "/oai/v1/embeddings", false },
    };

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task A_budget_that_is_used_up_refuses_the_call_on_every_surface_before_any_model_is_asked(string path, bool stream)
    {
        var (tenant, user, slug) = await NewModelAsync();
        var id = await NewBudgetAsync(tenant, new { name = "Two calls", request_limit = 2 });

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(user, path, slug, "Hi", stream));
        }

        var (status, answer) = await user.SendAsync(HttpMethod.Post, path, Body(path, slug, "Hi", stream));

        Assert.Equal(HttpStatusCode.TooManyRequests, status);
        Assert.Equal(path.StartsWith("/oai", StringComparison.Ordinal) ? "insufficient_quota" : "BUDGET_EXCEEDED", answer.Text("error.code"));
        Assert.Equal(2, (await world.UsageAsync(tenant)).Count);
        var usage = (await (await tenant.AsAdminAsync()).GetDataAsync($"{Budgets}/{id}")).GetProperty("usage");
        Assert.Equal((2, "hard_limit_reached"), (usage.GetProperty("requests").GetInt32(), usage.Text("state")));
        Assert.NotNull(usage.Text("hard_limit_reached_at"));
    }

    [Fact]
    public async Task Of_256_callers_at_once_exactly_as_many_get_through_as_the_budget_has_room_for()
    {
        var (tenant, user, slug) = await NewModelAsync();
        var id = await NewBudgetAsync(tenant, new { name = "A hundred calls", request_limit = 100 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 256).Select(_ => AskAsync(user, "/v1/inference/chat", slug, "Hi")));

        Assert.Equal((100, 156), (answers.Count(s => s == HttpStatusCode.OK), answers.Count(s => s == HttpStatusCode.TooManyRequests)));
        Assert.Equal(100, (await UsageOfAsync(tenant, id)).GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task What_is_spent_stays_within_the_limit_of_cost_however_many_ask_at_once()
    {
        var (tenant, user, slug) = await NewModelAsync();
        var id = await NewBudgetAsync(tenant, new { name = "Ten answers", cost_limit = "0.022" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => AskAsync(user, "/v1/inference/chat", slug, new string('x', 3900), maxTokens: 20)));
        var spent = await UsageOfAsync(tenant, id);

        var allowed = answers.Count(s => s == HttpStatusCode.OK);
        Assert.InRange(allowed, 1, 10);
        Assert.Equal(0.0022m * allowed, decimal.Parse(spent.Text("cost")!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1020 * allowed, spent.GetProperty("tokens").GetInt64());
    }

    [Fact]
    public async Task What_a_call_did_not_spend_is_there_for_the_next()
    {
        var (tenant, user, slug) = await NewModelAsync();
        await NewBudgetAsync(tenant, new { name = "x", token_limit = 5000 });

        for (var i = 0; i < 4; i++) // each keeps 1024 tokens back for its answer, and spends 1020 in all
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi", maxTokens: 100));
    }

    [Theory]
    [InlineData("/v1/inference/chat")]
    [InlineData("/oai/v1/completions")]
    public async Task A_stream_whose_caller_leaves_is_settled_with_what_it_used(string path)
    {
        var tenant = await world.NewTenantAsync();
        var slug = $"slow/{tenant.Tenant.Slug}";
        await tenant.NewScriptedModelAsync(slug, """{"default":{"reply":"one two three four five six seven eight nine ten","chunk_delay_ms":200}}""");
        var user = await tenant.AsAsync(Roles.TenantUser);
        var id = await NewBudgetAsync(tenant, new { name = "x", token_limit = 2000 });

        using (var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(Body(path, slug, "Hi", stream: true)) })
        using (var response = await user.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel))
        {
            await using var stream = await response.Content.ReadAsStreamAsync(Cancel);
            Assert.True(await stream.ReadAsync(new byte[16], Cancel) > 0);
        }

        var usage = await Eventually.BecomesAsync(() => UsageOfAsync(tenant, id), u => u.GetProperty("requests").GetInt32() == 1);
        Assert.InRange(usage.GetProperty("tokens").GetInt64(), 5, 30);
        await Eventually.BecomesAsync(() => AskAsync(user, "/v1/inference/chat", slug, "Hi", maxTokens: 1800), status => status == HttpStatusCode.OK); // what was kept back is there again
    }

    [Fact]
    public async Task A_budget_that_notifies_lets_everything_through_and_notes_when_its_limits_were_reached()
    {
        var (tenant, user, slug) = await NewModelAsync();
        var id = await NewBudgetAsync(tenant, new { name = "x", request_limit = 2, hard_action = "notify" });

        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        }

        var usage = await UsageOfAsync(tenant, id);
        Assert.Equal((4, "hard_limit_reached"), (usage.GetProperty("requests").GetInt32(), usage.Text("state")));
        Assert.NotNull(usage.Text("soft_limit_reached_at"));
    }

    [Fact]
    public async Task A_budget_that_throttles_lets_a_few_through()
    {
        var (tenant, user, slug) = await NewModelAsync();
        await NewBudgetAsync(tenant, new { name = "x", request_limit = 1, hard_action = "throttle" });

        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 9; i++)
        {
            answers.Add(await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        }

        Assert.Equal((7, 2), (answers.Count(s => s == HttpStatusCode.OK), answers.Count(s => s == HttpStatusCode.TooManyRequests)));
        var error = await user.RefusedAsync("POST", "/v1/inference/chat", Body("/v1/inference/chat", slug, "Hi"), HttpStatusCode.TooManyRequests, "BUDGET_EXCEEDED");
        Assert.InRange(error.GetProperty("retry_after").GetInt32(), 1, 60);
    }

    [Theory]
    [InlineData("partner")]
    [InlineData("user")]
    [InlineData("group")]
    public async Task A_budget_holds_for_its_own_scope_and_for_nobody_else(string scope)
    {
        var (tenant, _, slug) = await NewModelAsync();
        var group = new UserGroup { Id = new($"group_{tenant.Tenant.Id}"), TenantId = tenant.Tenant.Id, Name = "G" };
        await world.Server.WithDbAsync(db =>
        {
            db.UserGroups.Add(group);
            return db.SaveChangesAsync();
        });
        var one = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser], user: u => u.Groups = [group.Id.Value]);
        var other = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        var id = scope switch { "partner" => tenant.Partner.Id.Value, "user" => one.User.Id.Value, _ => group.Id.Value };
        await (await world.AsSuperAsync()).PostDataAsync(Budgets, new { name = "x", scope, scope_id = id, request_limit = 1 }, HttpStatusCode.Created);

        Assert.Equal(HttpStatusCode.OK, await AskAsync(one.Http, "/v1/inference/chat", slug, "Hi"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(one.Http, "/v1/inference/chat", slug, "Hi"));
        Assert.Equal(scope == "partner" ? HttpStatusCode.TooManyRequests : HttpStatusCode.OK, await AskAsync(other.Http, "/v1/inference/chat", slug, "Hi"));
    }

    [Fact]
    public async Task The_model_calls_of_a_run_are_held_to_the_budgets_too()
    {
        var (tenant, _, slug) = await NewModelAsync();
        var admin = await tenant.AsAdminAsync();
        var (_, core) = await admin.PublishedCoreAsync(RunModelTests.Asking(slug));
        await NewBudgetAsync(tenant, new { name = "x", request_limit = 3 });

        Assert.Equal(HttpStatusCode.OK, await AskAsync(admin, "/v1/inference/chat", core, "Hi")); // the Core's call, and the one inside
        var (status, answer) = await admin.SendAsync(HttpMethod.Post, "/v1/inference/chat", Body("/v1/inference/chat", core, "Hi"));

        Assert.NotEqual(HttpStatusCode.OK, status);
        Assert.Contains("budget", answer.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Tokens_of_a_published_Core_count_once()
    {
        var (tenant, _, slug) = await NewModelAsync();
        var admin = await tenant.AsAdminAsync();
        var (_, core) = await admin.PublishedCoreAsync(RunModelTests.Asking(slug));
        var id = await NewBudgetAsync(tenant, new { name = "x", token_limit = 100_000 });

        var answer = await admin.DataAsync(HttpMethod.Post, "/v1/inference/chat", Body("/v1/inference/chat", core, "Hi"));

        var usage = await UsageOfAsync(tenant, id);
        Assert.Equal((2, answer.At("usage.total_tokens").GetInt64()), (usage.GetProperty("requests").GetInt32(), usage.GetProperty("tokens").GetInt64()));
    }

    [Fact]
    public async Task Two_replicas_together_let_no_more_through()
    {
        var (tenant, user, slug) = await NewModelAsync();
        await NewBudgetAsync(tenant, new { name = "x", request_limit = 40 });
        await using var second = world.Server.AnotherReplica();
        using var there = second.CreateClient();
        there.DefaultRequestHeaders.Authorization = user.DefaultRequestHeaders.Authorization;

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AskAsync(i % 2 == 0 ? user : there, "/v1/inference/chat", slug, "Hi")));

        Assert.InRange(answers.Count(s => s == HttpStatusCode.OK), 36, 40); // each may keep a share back for a few seconds
    }

    [Fact]
    public async Task A_raised_limit_lets_calls_through_again_and_a_deleted_budget_holds_nobody_up()
    {
        var (tenant, user, slug) = await NewModelAsync();
        var admin = await tenant.AsAdminAsync();
        var id = await NewBudgetAsync(tenant, new { name = "x", request_limit = 1 });
        Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));

        await admin.DataAsync(HttpMethod.Put, $"{Budgets}/{id}", new { request_limit = 2 });
        await Eventually.BecomesAsync(() => AskAsync(user, "/v1/inference/chat", slug, "Hi"), status => status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));

        await admin.SendAsync(HttpMethod.Delete, $"{Budgets}/{id}");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        await world.Server.Services.GetRequiredService<BudgetGuard>().SaveAllAsync(TimeSpan.Zero, Cancel); // what is known of it goes nowhere, without a fault
    }

    [Fact]
    public async Task What_was_spent_counts_for_a_limit_that_is_set_later()
    {
        var (tenant, user, slug) = await NewModelAsync();
        var admin = await tenant.AsAdminAsync();
        var id = await NewBudgetAsync(tenant, new { name = "x", token_limit = 1_000_000 });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
        }

        Assert.Equal(3, (await UsageOfAsync(tenant, id)).GetProperty("requests").GetInt32());
        await admin.DataAsync(HttpMethod.Put, $"{Budgets}/{id}", new { request_limit = 3 });

        Assert.Equal(HttpStatusCode.TooManyRequests, await AskAsync(user, "/v1/inference/chat", slug, "Hi"));
    }

    private static object Body(string path, string model, string words, bool stream = false, int? maxTokens = null) =>
        path.EndsWith("responses", StringComparison.Ordinal) ? new { model, input = words, stream }
        : path.Contains("embed", StringComparison.Ordinal) ? new { model, input = words }
        : path.Contains("chat", StringComparison.Ordinal) ? new { model, messages = new[] { new { role = "user", content = words } }, stream, max_tokens = maxTokens }
        : new { model, prompt = words, stream };

    private static async Task<HttpStatusCode> AskAsync(HttpClient user, string path, string slug, string words, bool stream = false, int? maxTokens = null)
    {
        using var response = await user.PostAsync(new Uri(path, UriKind.Relative), JsonContent.Create(Body(path, slug, words, stream, maxTokens)), Cancel);
        await response.Content.ReadAsByteArrayAsync(Cancel);
        return response.StatusCode;
    }

    private async Task<(TestTenant Tenant, HttpClient User, string Slug)> NewModelAsync()
    {
        var tenant = await world.NewTenantAsync();
        var slug = $"script/{tenant.Tenant.Slug}";
        await tenant.NewScriptedModelAsync(slug, Script);
        return (tenant, await tenant.AsAsync(Roles.TenantUser), slug);
    }

    private static async Task<string> NewBudgetAsync(TestTenant tenant, object budget) =>
        (await (await tenant.AsAdminAsync()).PostDataAsync(Budgets, budget, HttpStatusCode.Created)).Text("id")!;

    private static async Task<JsonElement> UsageOfAsync(TestTenant tenant, string id) => (await (await tenant.AsAdminAsync()).GetDataAsync($"{Budgets}/{id}")).GetProperty("usage");
}
