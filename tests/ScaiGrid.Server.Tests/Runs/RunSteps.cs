using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

internal static class RunSteps
{
    /// <summary>What the tenant has used so far, the oldest first.</summary>
    public static async Task<List<UsageRecord>> UsageAsync(this World world, TestTenant acme)
    {
        await world.Server.Services.GetRequiredService<WriteBehind>().FlushAsync(TestContext.Current.CancellationToken);
        return await world.Server.WithDbAsync(db => db.Usage.AsNoTracking().Where(u => u.TenantId == acme.Tenant.Id.Value).OrderBy(u => u.Id).ToListAsync());
    }

    extension(HttpClient http)
    {
        /// <summary>The run as it stands when it has come to that state.</summary>
        public Task<JsonElement> RunBecomesAsync(JsonElement run, string status) =>
            Eventually.BecomesAsync(() => http.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}"), r => r.Text("status") == status);

        public Task<JsonElement> CompletedAsync(JsonElement run) => http.RunBecomesAsync(run, "completed");

        /// <summary>The run of that checkpoint when it has come to that state.</summary>
        public Task<JsonElement> RunAsync(JsonElement checkpoint, string status) =>
            Eventually.BecomesAsync(() => http.GetDataAsync($"{TestCores.Base}/runs/{checkpoint.Text("execution_id")}"), r => r.Text("status") == status);

        public Task<JsonElement> ResolveAsync(string? checkpoint, string resolution) =>
            http.PostDataAsync($"{TestCores.Base}/checkpoints/{checkpoint}/resolve", new { resolution });
    }
}
