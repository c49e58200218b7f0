using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Tests.Manifests;

/// <summary>The steps that touch the world: plugins, HTTP, queues, other Cores.</summary>
public class EffectStepTests
{
    [Fact]
    public void A_plugin_call_says_whom_it_calls_with_what()
    {
        var call = Assert.IsType<PluginCallStep>(Reading.Step("- plugin_call: { alias: scai.drive, method: search, args: { query: '{{message}}', limit: 3 }, timeout: 10s }"));

        Assert.Equal(("scai.drive", "search", TimeSpan.FromSeconds(10)), (call.Alias, call.Method, call.Timeout!.Value));
        Assert.Equal(["message"], call.Args!.FreeNames);
    }

    [Fact]
    public void A_plugin_call_needs_no_arguments_and_no_timeout()
    {
        var call = Assert.IsType<PluginCallStep>(Reading.Step("- plugin_call: { alias: a, method: b }"));

        Assert.Equal((null, null), (call.Args, call.Timeout));
    }

    [Fact]
    public void An_http_call_is_a_get_of_thirty_seconds_unless_it_says_otherwise()
    {
        var call = Assert.IsType<HttpCallStep>(Reading.Step("- http_call: { url: 'https://example.com/{{input.id}}' }"));

        Assert.Equal(("GET", TimeSpan.FromSeconds(30)), (call.Method, call.Timeout));
        Assert.Equal((null, null, null), (call.Headers, call.Query, call.Body));
        Assert.Equal(["input"], call.Url.FreeNames);
    }

    [Fact]
    public void An_http_call_has_headers_query_and_body()
    {
        var call = Assert.IsType<HttpCallStep>(Reading.Step(
            "- http_call: { method: PATCH, url: 'https://e.com', headers: { X-Id: '{{run.id}}' }, query: { q: 1 }, body: [1, '{{message}}'], timeout: 2m }"));

        Assert.Equal(("PATCH", TimeSpan.FromMinutes(2)), (call.Method, call.Timeout));
        Assert.Equal(["run"], call.Headers!.FreeNames);
        Assert.True(call.Query!.IsConstant);
        Assert.Equal(["message"], call.Body!.FreeNames);
    }

    [Fact]
    public void A_message_is_published_with_its_type_priority_and_reason()
    {
        var publish = Assert.IsType<QueuePublishStep>(Reading.Step(
            "- queue_publish: { queue: reviews, scope: finance, message_type: case.opened, payload: { id: '{{message}}' }, priority: critical, reason: 'because {{message}}' }"));

        Assert.Equal(("reviews", "finance", "case.opened", CheckpointPriority.Critical), (publish.Queue, publish.Scope, publish.MessageType, publish.Priority));
        Assert.Equal(["message"], publish.Payload!.FreeNames);
        Assert.Equal(["message"], publish.Reason!.FreeNames);
    }

    [Fact]
    public void Publishing_needs_but_a_queue()
    {
        var publish = Assert.IsType<QueuePublishStep>(Reading.Step("- queue_publish: { queue: _dead_letter }"));

        Assert.Equal((null, null, CheckpointPriority.Normal), (publish.Scope, publish.MessageType, publish.Priority));
        Assert.Equal((null, null), (publish.Payload, publish.Reason));
    }

    [Theory]
    [InlineData("- queue_consume: { queue: q }", 30)]
    [InlineData("- queue_consume: { queue: q, timeout: 0s }", 0)]
    [InlineData("- queue_consume: { queue: q, timeout: 1h }", 3600)]
    public void A_message_is_waited_for(string step, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.IsType<QueueConsumeStep>(Reading.Step(step)).Timeout);

    [Theory]
    [InlineData("scaiqueue: { scope: finance }", "finance")]
    [InlineData("scaiqueue: { scope: finance, queues: [] }", "finance")]
    [InlineData("scaiqueue: { queues: [] }", null)]
    [InlineData("description: none", null)]
    public void Queues_are_in_the_scope_of_the_core_unless_they_name_one(string core, string? scope)
    {
        var steps = Reading.Valid($$"""
            core:
              name: test
              {{core}}
              flows:
                - steps:
                    - queue_publish: { queue: a }
                    - queue_consume: { queue: a }
                    - queue_publish: { queue: a, scope: own }
                    - queue_consume: { queue: a, scope: own }
            """).Flows[0].Steps;

        Assert.Equal([scope, scope, "own", "own"], steps.Select(s => s is QueuePublishStep p ? p.Scope : ((QueueConsumeStep)s).Scope));
    }

    [Fact]
    public void A_core_is_called_by_its_address()
    {
        var call = Assert.IsType<CoreCallStep>(Reading.Step(
            "- core_call: { target: core://acme/support-2, flow_name: triage, input: { id: '{{message}}' }, instance_key: '{{user}}', version: 1.2, timeout: 30s, is_async: true }"));

        Assert.Equal(new CoreAddress("acme", "support-2"), call.Target);
        Assert.Equal("core://acme/support-2", call.Target.ToString());
        Assert.Equal(("triage", "1.2", TimeSpan.FromSeconds(30), true), (call.FlowName, call.Version, call.Timeout!.Value, call.IsAsync));
        Assert.Equal(["message"], call.Input!.FreeNames);
        Assert.Equal(["user"], call.InstanceKey!.FreeNames);
    }

    [Fact]
    public void A_called_core_runs_its_default_flow_for_as_long_as_it_takes()
    {
        var call = Assert.IsType<CoreCallStep>(Reading.Step("- core_call: { target: core://acme/support }"));

        Assert.Equal((null, null, null, false), (call.FlowName, call.Version, call.Timeout, call.IsAsync));
        Assert.Equal((null, null), (call.Input, call.InstanceKey));
    }

    [Fact]
    public void Their_keys_are_written_in_one_order()
    {
        const string step = "{\"core\":{\"flows\":[{\"steps\":[{\"queue_publish\":{\"payload\":{\"b\":1,\"a\":2},\"queue\":\"q\"},\"id\":\"x\"}]}],\"name\":\"n\"}}";

        Assert.Equal("""
            core:
              name: n
              flows:
                - steps:
                    - id: x
                      queue_publish:
                        queue: q
                        payload: { b: 1, a: 2 }

            """, ManifestWriter.Write(Value.FromJson(step)), ignoreLineEndingDifferences: true);
    }
}
