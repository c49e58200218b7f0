using System.Net;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Accounting;

/// <summary>Every call leaves one record of what it used.</summary>
public sealed class MeterTests(World world)
{
    private const string Script = """
        {"rules":[{"match":{"equals":"fail"},"fail":{"status":500}},{"match":{"equals":"cut"},"reply":"one two three four","fail":"cut"}],
         "default":{"reply":"Hello there","usage":{"prompt_tokens":1234567,"completion_tokens":89}}}
        """;

    [Theory]
    [InlineData("/v1/inference/chat", false)]
    [InlineData("/v1/inference/chat", true)]
    [InlineData("/oai/v1/chat/completions", false)]
    [InlineData("/oai/v1/chat/completions", true)]
    public async Task A_call_is_on_record_once_with_its_exact_cost_and_who_made_it(string path, bool stream)
    {
        var acme = await world.NewTenantAsync();
        var caller = await world.NewCallerAsync(acme.Tenant, [Roles.TenantUser]);
        var slug = $"script/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, Script);

        using var response = await caller.Http.PostAsync(new Uri(path, UriKind.Relative), System.Net.Http.Json.JsonContent.Create(TestCores.Message(slug, "Hi", stream)), TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        var record = Assert.Single(await world.UsageAsync(acme));
        Assert.Equal((1234567L, 89L, 2.470024m, UsageOutcome.Completed, null), (record.PromptTokens, record.CompletionTokens, record.Cost, record.Outcome, record.ErrorCode));
        Assert.Equal((acme.Partner.Id.Value, caller.User.Id.Value, caller.Key.Id.Value), (record.PartnerId, record.UserId, record.ApiKeyId));
        Assert.Equal(Assert.Single(response.Headers.GetValues("X-Request-Id")), record.RequestId);
        Assert.Equal((slug, null, null, stream), (record.Model, record.CoreId, record.RunId, record.FirstTokenMs is not null));
        Assert.NotNull(record.BackendId);
    }

    [Theory]
    [InlineData("fail", false)]
    [InlineData("cut", true)]
    public async Task A_call_that_failed_is_on_record_once_with_why(string message, bool stream)
    {
        var acme = await world.NewTenantAsync();
        var user = await acme.AsAsync(Roles.TenantUser);
        var slug = $"script/{acme.Tenant.Slug}";
        await acme.NewScriptedModelAsync(slug, Script);

        using var response = await user.PostAsync(new Uri("/v1/inference/chat", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(TestCores.Message(slug, message, stream)), TestContext.Current.CancellationToken);
        await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);

        var record = Assert.Single(await world.UsageAsync(acme));
        Assert.Equal((UsageOutcome.Failed, "BACKEND_ERROR"), (record.Outcome, record.ErrorCode));
        Assert.Equal(stream, record.CompletionTokens > 0); // what a stream had given before it broke off is paid for
    }

    [Fact]
    public async Task What_is_refused_before_any_model_is_known_is_not_on_record()
    {
        var acme = await world.NewTenantAsync();
        var user = await acme.AsAsync(Roles.TenantUser);

        await user.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", TestCores.Message("no/such", "Hi"), HttpStatusCode.NotFound, "MODEL_NOT_FOUND");
        await user.RefusedAsync(HttpMethod.Post, "/v1/inference/chat", new { model = "x" }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        Assert.Empty(await world.UsageAsync(acme));
    }
}
