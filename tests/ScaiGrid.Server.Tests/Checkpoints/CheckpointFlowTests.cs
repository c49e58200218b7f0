using System.Net;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;
using ScaiGrid.Server.Tests.Runs;

namespace ScaiGrid.Server.Tests.Checkpoints;

/// <summary>Several questions in one run, and finding them.</summary>
public sealed class CheckpointFlowTests(World world)
{
    private const string Parallel = """
        core:
          name: Parallel Agent
          flows:
            - name: both
              steps:
                - id: both
                  parallel:
                    branches:
                      - { name: left, steps: [{ id: l, checkpoint: { type: choice, prompt: "Left?", options: [yes, no] } }] }
                      - { name: right, steps: [{ id: r, checkpoint: { type: choice, prompt: "Right?", options: [yes, no] } }] }
                  result: both
                - { id: tell, rigid: "{{both.left}} and {{both.right}}" }
        """;

    private const string Loop = """
        core:
          name: Loop Agent
          flows:
            - name: each
              steps:
                - id: each
                  foreach: { in: input.items, as: item, steps: [{ id: ask, checkpoint: { type: choice, prompt: "{{item}}?", options: [yes, no] } }] }
                  result: answers
                - { id: tell, rigid: "{{answers.join(' ')}}" }
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Two_questions_at_once_are_answered_in_either_order(int first)
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var run = await InvokedAsync(admin, Parallel, new { });
        var asked = run.At("checkpoints").EnumerateArray().ToList();
        Assert.Equal(["Left?", "Right?"], asked.Select(c => c.Text("prompt")));

        await admin.ResolveAsync(asked[first].Text("id"), first == 0 ? "yes" : "no");
        var still = await Eventually.BecomesAsync(() => admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}"), r => r.Text("status") == "suspended");
        Assert.Equal(asked[1 - first].Text("id"), Assert.Single(still.At("checkpoints").EnumerateArray()).Text("id"));
        await admin.ResolveAsync(asked[1 - first].Text("id"), first == 0 ? "no" : "yes");

        Assert.Equal("yes and no", (await admin.CompletedAsync(run)).Text("output"));
    }

    [Fact]
    public async Task Two_questions_answered_at_the_same_moment_are_both_taken()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        for (var i = 0; i < 5; i++)
        {
            var run = await InvokedAsync(admin, Parallel.Replace("Parallel Agent", $"Agent {i}", StringComparison.Ordinal), new { });

            await Task.WhenAll(run.At("checkpoints").EnumerateArray().Select(c => admin.ResolveAsync(c.Text("id"), c.Text("prompt") == "Left?" ? "yes" : "no")));

            Assert.Equal("yes and no", (await admin.CompletedAsync(run)).Text("output"));
        }
    }

    [Fact]
    public async Task A_question_in_a_loop_is_asked_anew_each_time_and_no_old_one_comes_back()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var run = await InvokedAsync(admin, Loop, new { items = new[] { "a", "b", "c" } });
        var seen = new List<string?>();

        foreach (var (item, answer) in ((string, string)[])[("a", "yes"), ("b", "no"), ("c", "yes")])
        {
            var waiting = await Eventually.BecomesAsync(
                () => admin.GetDataAsync($"{TestCores.Base}/runs/{run.Text("id")}"),
                r => r.Text("status") == "suspended" && r.At("checkpoints")[0].Text("prompt") == $"{item}?");
            seen.Add(Assert.Single(waiting.At("checkpoints").EnumerateArray()).Text("id"));
            await admin.ResolveAsync(seen[^1], answer);
        }

        Assert.Equal("yes no yes", (await admin.CompletedAsync(run)).Text("output"));
        Assert.Equal(3, seen.Distinct().Count());
        Assert.Equal(0, (await admin.GetDataAsync($"{TestCores.Base}/checkpoints")).At("items").GetArrayLength());
    }

    [Fact]
    public async Task The_list_shows_what_waits_the_oldest_first_by_Core_state_and_page()
    {
        var admin = await (await world.NewTenantAsync()).AsAdminAsync();
        var run = await InvokedAsync(admin, Parallel, new { });
        var other = await InvokedAsync(admin, TestCores.Approval, new { message = "x" });
        var ids = run.At("checkpoints").EnumerateArray().Concat(other.At("checkpoints").EnumerateArray()).Select(c => c.Text("id")).Order().ToList();
        await admin.ResolveAsync(ids[2], "approve");

        Assert.Equal(ids[..2], await IdsAsync(""));
        Assert.Equal(ids[2..], await IdsAsync("?status=resolved"));
        Assert.Equal(ids[..2], await IdsAsync($"?core_id={run.Text("core_id")}"));
        Assert.Empty(await IdsAsync($"?core_id={other.Text("core_id")}"));
        var page = (await admin.SendAsync(HttpMethod.Get, $"{TestCores.Base}/checkpoints?limit=1")).Body;
        Assert.Equal([ids[0]], page.At("data.items").EnumerateArray().Select(c => c.Text("id")));
        Assert.Equal([ids[1]], await IdsAsync($"?limit=1&cursor={page.Text("pagination.next_cursor")}"));
        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/checkpoints?assignee=you", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await admin.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/checkpoints?status=lost", null, HttpStatusCode.BadRequest, "VALIDATION_ERROR");

        async Task<List<string?>> IdsAsync(string query) =>
            [.. (await admin.GetDataAsync($"{TestCores.Base}/checkpoints{query}")).At("items").EnumerateArray().Select(c => c.Text("id"))];
    }

    private static async Task<System.Text.Json.JsonElement> InvokedAsync(HttpClient admin, string yaml, object input) =>
        await admin.PostDataAsync($"{TestCores.Base}/cores/{await admin.StartedCoreAsync(yaml)}/invoke", new { input }, HttpStatusCode.Accepted);
}
