using System.Text.Json;
using ScaiGrid.Server.Tests.Host;
using static ScaiGrid.Server.Tests.Runs.Effects.OutsideWorld;

namespace ScaiGrid.Server.Tests.Runs.Effects;

public sealed class HttpCallTests(OutsideWorld outside) : IClassFixture<OutsideWorld>
{
    [Fact]
    public async Task A_call_sends_what_its_templates_say_and_its_answer_is_a_value()
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $$$"""
            - id: rate
              http_call:
                method: POST
                url: "{{{outside.Witness.Url}}}/rates/{{input.currency}}?a=1"
                headers: { X-Trace: "t {{input.currency}}" }
                query: { day: "1 & 2", tag: [x, "y"] }
                body: { amount: "{{input.amount}}" }
            - set: { answer: rate }
            """);

        var run = await InvokeAsync(admin, id, new { currency = "EUR", amount = 12.5 });

        var seen = Assert.Single(Mine(run));
        Assert.Equal(("POST", "/rates/EUR?a=1&day=1%20%26%202&tag=x&tag=y", "t EUR", """{"amount":12.5}"""), (seen.Method, seen.Url, seen.Headers["x-trace"], seen.Body));
        Assert.Equal($"{run.Text("id")}:steps[0]:1", seen.Key);
        var answer = run.At("output.answer");
        Assert.Equal((200, "application/json", true), (answer.At("status").GetInt32(), answer.Text("headers.content-type"), answer.At("body.ok").GetBoolean()));
    }

    [Theory]
    [InlineData(404, "application/json", """{"error":"none"}""", """{"error":"none"}""")]
    [InlineData(200, "text/plain", "hello", "\"hello\"")]
    [InlineData(200, "application/problem+json", "{\"a\":1}", "{\"a\":1}")]
    [InlineData(200, "application/json", "no json", "\"no json\"")]
    [InlineData(200, "application/json", "", "null")]
    public async Task Every_answer_is_a_result(int status, string type, string body, string expected)
    {
        await using var witness = new Witness { Answer = (_, response) => { (response.StatusCode, response.ContentType) = (status, type); return Task.FromResult(body); } };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\" }}");

        var output = (await InvokeAsync(admin, id)).At("output");

        Assert.Equal((status, expected), (output.At("status").GetInt32(), output.At("body").GetRawText()));
    }

    [Fact]
    public async Task A_run_that_touched_the_world_is_on_record_with_its_step()
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- {{ id: call, http_call: {{ url: \"{outside.Witness.Url}\" }} }}\n- rigid: \"{{{{call.status}}}}\"");

        var run = await InvokeAsync(admin, id);

        var kept = await admin.GetDataAsync($"{Cores.TestCores.Base}/runs/{run.Text("id")}");
        Assert.Equal(("completed", 200), (kept.Text("status"), kept.At("output").GetInt32()));
        var steps = (await admin.GetDataAsync($"{Cores.TestCores.Base}/runs/{run.Text("id")}/steps")).At("steps");
        Assert.Equal(["http_call completed", "rigid completed"], steps.EnumerateArray().Select(s => $"{s.Text("kind")} {s.Text("status")}"));
    }

    [Theory]
    [InlineData("http://localhost:1/", "egress_refused")]
    [InlineData("http://169.254.169.254/latest/meta-data", "egress_refused")]
    [InlineData("http://[::1]:9/", "egress_refused")]
    [InlineData("http://10.0.0.1/", "egress_refused")]
    [InlineData("http://127.0.0.2:1/", "egress_refused")]
    [InlineData("http://127.0.0.1:1/", "unreachable")]
    [InlineData("ftp://127.0.0.1/", "address_invalid")]
    [InlineData("/relative", "address_invalid")]
    [InlineData("http://user:secret@127.0.0.1/", "address_invalid")]
    public async Task A_call_that_gets_no_answer_fails_the_run(string url, string code)
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{url}\", timeout: 5s }}");

        var error = await FailAsync(admin, id);

        Assert.Equal(("http_call_failed", "steps[0]"), (error.Text("run_error"), error.Text("step")));
        Assert.EndsWith($"({code})", error.Text("message"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_followed_under_the_same_rules_and_leaves_headers_behind()
    {
        await using var other = new Witness();
        await using var witness = new Witness
        {
            Answer = (seen, response) =>
            {
                response.Redirect(seen.Url switch { "/near" => "/there", "/far" => $"{other.Url}/there", "/inside" => "http://169.254.169.254/", _ => "/" });
                response.StatusCode = seen.Url is "/near" or "/far" or "/inside" ? 302 : 200;
                return Task.FromResult("{}");
            },
        };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}{{{{input.to}}}}\", method: \"GET\", headers: {{ X-Api-Key: hush }} }}");

        Assert.Equal(200, (await InvokeAsync(admin, id, new { to = "/near" })).At("output.status").GetInt32());
        Assert.Equal(200, (await InvokeAsync(admin, id, new { to = "/far" })).At("output.status").GetInt32());
        Assert.EndsWith("(egress_refused)", (await FailAsync(admin, id, new { to = "/inside" })).Text("message"), StringComparison.Ordinal);

        Assert.Equal(("hush", "hush"), (witness.Seen.ElementAt(0).Headers["x-api-key"], witness.Seen.ElementAt(1).Headers["x-api-key"]));
        Assert.DoesNotContain("x-api-key", Assert.Single(other.Seen).Headers.Keys);
    }

    [Fact]
    public async Task A_redirect_of_a_call_that_changes_something_is_the_answer()
    {
        await using var witness = new Witness { Answer = (_, response) => { response.Redirect("/there"); return Task.FromResult("{}"); } };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ method: POST, url: \"{witness.Url}\" }}");

        Assert.Equal(302, (await InvokeAsync(admin, id)).At("output.status").GetInt32());
        Assert.Single(witness.Seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_that_is_too_large_fails(bool chunked)
    {
        await using var witness = new Witness { Answer = (_, response) => { response.SendChunked = chunked; return Task.FromResult(new string('x', 3000)); } };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\" }}");

        Assert.EndsWith("(answer_too_large)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_takes_too_long_fails()
    {
        var never = new TaskCompletionSource<string>();
        await using var witness = new Witness { Answer = (_, _) => never.Task };
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{witness.Url}\", timeout: 1s }}");

        Assert.EndsWith("(timeout)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
        never.SetResult("");
    }

    [Theory]
    [InlineData("Host")]
    [InlineData("Content-Length")]
    [InlineData("X Y")]
    public async Task Headers_of_the_transport_are_not_a_flows_to_set(string name)
    {
        var admin = await outside.AdminAsync();
        var id = await StartAsync(admin, $"- http_call: {{ url: \"{outside.Witness.Url}\", headers: {{ \"{name}\": x }} }}");

        Assert.EndsWith("(header_invalid)", (await FailAsync(admin, id)).Text("message"), StringComparison.Ordinal);
    }

    private IEnumerable<Seen> Mine(JsonElement run) => outside.Witness.Seen.Where(s => s.Key!.StartsWith(run.Text("id")!, StringComparison.Ordinal));
}
