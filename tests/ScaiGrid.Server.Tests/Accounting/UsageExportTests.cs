using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Models;

namespace ScaiGrid.Server.Tests.Accounting;

/// <summary>Usage as files, and by day.</summary>
public sealed class UsageExportTests(World world)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Usage_is_downloaded_as_CSV_the_oldest_first_and_others_calls_only_by_those_who_may_see_them()
    {
        var tenant = await world.NewTenantAsync();
        var user = await world.NewCallerAsync(tenant.Tenant, [Roles.TenantUser]);
        await RecordAsync(tenant, ("2026-01-05T10:00:00Z", user.User.Id.Value, "=cmd,\"x\""), ("2026-01-05T09:00:00Z", "usr_other", "plain"));
        await RecordAsync(await world.NewTenantAsync(), ("2026-01-05T09:30:00Z", "usr_stranger", "foreign"));
        var admin = await tenant.AsAdminAsync();

        using var response = await admin.GetAsync(new Uri("/v1/accounting/export", UriKind.Relative), Cancel);
        var lines = (await response.Content.ReadAsStringAsync(Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(("text/csv", "usage.csv"), (response.Content.Headers.ContentType?.MediaType, response.Content.Headers.ContentDisposition?.FileName?.Trim('"')));
        Assert.StartsWith("id,request_id,model,backend_id,", lines[0], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Contains(",plain,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",\"'=cmd,\"\"x\"\"\",", lines[2], StringComparison.Ordinal);
        var own = await user.Http.GetStringAsync(new Uri("/v1/accounting/export", UriKind.Relative), Cancel);
        Assert.DoesNotContain("plain", own, StringComparison.Ordinal);
        await user.Http.RefusedAsync("GET", "/v1/accounting/export?user_id=usr_other", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("GET", "/v1/accounting/export?format=xml&start=yesterday", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Usage_is_downloaded_as_lines_of_JSON_of_the_time_that_is_asked_for()
    {
        var tenant = await world.NewTenantAsync();
        await RecordAsync(tenant, ("2026-01-05T23:59:59.999Z", "u", "before"), ("2026-01-06T00:00:00Z", "u", "within"), ("2026-01-07T00:00:00Z", "u", "after"));

        var text = await (await tenant.AsAdminAsync()).GetStringAsync(new Uri("/v1/accounting/export?format=ndjson&start=2026-01-06T00:00:00Z&end=2026-01-07T00:00:00Z", UriKind.Relative), Cancel);

        Assert.Equal("within", JsonElement.Parse(Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries))).Text("model"));
    }

    [Fact]
    public async Task Usage_is_summed_up_by_day_in_UTC()
    {
        var tenant = await world.NewTenantAsync();
        await RecordAsync(tenant, ("2026-01-05T00:00:00Z", "u", "a"), ("2026-01-05T23:59:59Z", "u", "b"), ("2026-01-08T12:00:00Z", "u", "a"));
        var admin = await tenant.AsAdminAsync();

        var days = await admin.GetDataAsync("/v1/accounting/usage/summary?group_by=day&start=2026-01-01T00:00:00Z&end=2026-02-01T00:00:00Z");
        var half = await admin.GetDataAsync("/v1/accounting/usage/summary?group_by=day&start=2026-01-05T12:00:00Z&end=2026-01-06T00:00:00Z&model=b");

        Assert.Equal(["2026-01-05:2:20:0.5", "2026-01-08:1:10:0.25"], Show(days));
        Assert.Equal(["2026-01-05:1:10:0.25"], Show(half));
        await admin.RefusedAsync("GET", "/v1/accounting/usage/summary?group_by=day&start=2024-01-01T00:00:00Z", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task The_audit_log_is_downloaded_with_its_chain_and_filtered_by_time()
    {
        var tenant = await world.NewTenantAsync();
        var admin = await tenant.AsAdminAsync();
        foreach (var name in (string[])["one", "two"])
        {
            await admin.PostDataAsync("/v1/api-keys", new { name }, HttpStatusCode.Created);
        }

        var lines = (await admin.GetStringAsync(new Uri("/v1/audit-log/export?format=ndjson&action=api_key.create", UriKind.Relative), Cancel))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).ToList();

        Assert.Equal([1L, 2L], lines.Select(l => l.GetProperty("sequence").GetInt64()));
        Assert.Equal(lines[0].Text("hash"), lines[1].Text("prev_hash"));
        Assert.StartsWith("stream,sequence,id,", await admin.GetStringAsync(new Uri("/v1/audit-log/export?end=2020-01-01T00:00:00Z", UriKind.Relative), Cancel), StringComparison.Ordinal);
        Assert.Equal(0, (await admin.GetDataAsync("/v1/audit-log?end=2020-01-01T00:00:00Z")).GetProperty("items").GetArrayLength());
        await (await tenant.AsAsync(Roles.TenantUser)).RefusedAsync("GET", "/v1/audit-log/export", null, HttpStatusCode.Forbidden, "AUTHZ_PERMISSION_DENIED");
        await admin.RefusedAsync("GET", "/v1/audit-log?start=never", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    private static IEnumerable<string> Show(JsonElement days) =>
        days.EnumerateArray().Select(d => $"{d.Text("group_key")}:{d.GetProperty("request_count")}:{d.GetProperty("total_tokens")}:{d.Text("total_cost")}");

    private Task<int> RecordAsync(TestTenant tenant, params (string At, string User, string Model)[] calls) => world.Server.WithDbAsync(async db =>
    {
        var rows = calls.Select(c => (c.User, c.Model, At: DateTimeOffset.Parse(c.At, System.Globalization.CultureInfo.InvariantCulture))).Select((c, i) => new UsageRecord
        {
            Id = $"{IdSource.FirstAt(UsageRecord.IdPrefix, c.At)[..^3]}{i:000}",
            TenantId = tenant.Tenant.Id.Value,
            UserId = c.User,
            RequestId = "req",
            Model = c.Model,
            PromptTokens = 7,
            CompletionTokens = 3,
            Cost = 0.25m,
            CreatedAt = c.At,
        }).ToList();
        await BulkInsert.InsertNewAsync(db, rows, [], Cancel);
        return rows.Count;
    });
}
