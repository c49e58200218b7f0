using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

public class CheckpointTests
{
    private static readonly Program Approval = Running.Load("""
        - { id: amount, rigid: "{{amount}}" }
        - checkpoint: { prompt: "Approve {{amount}}?", assignee: "user:{{boss}}", priority: high, timeout: 2h, context: { sum: "{{amount}}" } }
          id: ask
          meta: { node_id: node_ask }
        - rigid: "{{ask}} {{amount}}"
        """);

    [Fact]
    public async Task A_checkpoint_suspends_the_run_with_everything_rendered()
    {
        var run = await Approval.RunAsync(input: """{"amount": 5, "boss": "eve"}""");

        Assert.Equal(RunStatus.Suspended, run.Status);
        var open = Assert.Single(run.Checkpoints);
        var opened = TestClock.Start.AddSeconds(2);
        Assert.Equal(
            ("cp_1", "steps[1]", "ask", "node_ask", "approval", "Approve 5?", "user:eve", CheckpointPriority.High, opened, opened.AddHours(2), "fail"),
            (open.Id, open.StepPath, open.StepId, open.NodeId, open.Type, open.Prompt, open.Assignee, open.Priority, open.OpenedAt, open.ExpiresAt!.Value, open.OnTimeout));
        Assert.Equal(["approve", "reject"], open.Options);
        Assert.Equal("""{"sum":5}""", open.Context.ToJson());
        Assert.Equal(StepStatus.Waiting, run.Trace[^1].Status);
    }

    [Fact]
    public async Task The_resolution_is_the_result_and_nothing_is_executed_again()
    {
        var suspended = await Approval.RunAsync(input: """{"amount": 5}""");

        var run = await Approval.ResumeAsync(suspended.History, new CheckpointResolved("cp_1", "approve", "user_1"));

        Assert.Equal("approve 5", run.Output.AsString());
        Assert.Equal(["steps[0]", "steps[1]", "steps[2]"], run.Trace.Select(t => t.Path));
        Assert.Empty(run.Checkpoints);
    }

    [Theory]
    [InlineData("cp_9", "approve", RunFaults.CheckpointUnknown)]
    [InlineData("cp_1", "perhaps", RunFaults.CheckpointInvalidResolution)]
    public async Task A_resolution_that_does_not_fit_is_refused_and_changes_nothing(string id, string resolution, string code)
    {
        var suspended = await Approval.RunAsync();

        var refused = await Approval.ResumeAsync(suspended.History, new CheckpointResolved(id, resolution));

        Assert.Equal((RunStatus.Suspended, code), (refused.Status, refused.Fault!.Code));
        Assert.Equal(suspended.History.ToJson(), refused.History.ToJson());
        Assert.Equal("approve ", (await Approval.ResumeAsync(refused.History, new CheckpointResolved("cp_1", "approve"))).Output.AsString());
    }

    [Fact]
    public async Task A_second_resolution_is_refused()
    {
        var program = Running.Load("""
            - { id: first, checkpoint: { prompt: one } }
            - { id: second, checkpoint: { prompt: two } }
            - rigid: "{{first}} {{second}}"
            """);
        var host = new ScriptedHost();
        var one = await program.RunAsync(host);
        var two = await program.ResumeAsync(one.History, new CheckpointResolved("cp_1", "approve"), host);
        Assert.Equal("two", Assert.Single(two.Checkpoints).Prompt);

        var again = await program.ResumeAsync(two.History, new CheckpointResolved("cp_1", "reject"), host);
        var done = await program.ResumeAsync(again.History, new CheckpointResolved("cp_2", "reject"), host);
        var late = await program.ResumeAsync(done.History, new CheckpointResolved("cp_2", "approve"), host);

        Assert.Equal((RunStatus.Suspended, RunFaults.CheckpointClosed), (again.Status, again.Fault!.Code));
        Assert.Equal("approve reject", done.Output.AsString());
        Assert.Equal((RunStatus.Completed, RunFaults.RunFinished), (late.Status, late.Fault!.Code));
        Assert.Equal("approve reject", late.Output.AsString());
    }

    [Theory]
    [InlineData("cp_1", "cp_2")]
    [InlineData("cp_2", "cp_1")]
    public async Task Two_branches_wait_at_once_and_are_resolved_in_either_order(string first, string second)
    {
        var program = Running.Load("""
            - parallel:
                branches:
                  - { name: a, steps: [ { id: x, checkpoint: { prompt: A, type: freeform } }, { rigid: "<{{x}}>" } ] }
                  - { name: b, steps: [ { id: y, checkpoint: { prompt: B, type: freeform } }, { rigid: "<{{y}}>" } ] }
            """);
        var both = await program.RunAsync();
        Assert.Equal(["A", "B"], both.Checkpoints.Select(c => c.Prompt));

        var one = await program.ResumeAsync(both.History, new CheckpointResolved(first, first));
        Assert.Equal([second], one.Checkpoints.Select(c => c.Id));
        var none = await program.ResumeAsync(one.History, new CheckpointResolved(second, second));

        Assert.Equal("""{"a":"<cp_1>","b":"<cp_2>"}""", none.Output.ToJson());
    }

    [Fact]
    public async Task A_checkpoint_in_a_loop_is_asked_once_for_each_item()
    {
        var program = Running.Load("""
            - foreach: { in: "['x', 'y']", steps: [ { checkpoint: { prompt: "{{item}}?" } } ] }
            """);
        var host = new ScriptedHost();
        var first = await program.RunAsync(host);
        Assert.Equal(("x?", "steps[0]#0.steps[0]"), (first.Checkpoints[0].Prompt, first.Checkpoints[0].StepPath));
        var second = await program.ResumeAsync(first.History, new CheckpointResolved("cp_1", "approve"), host);
        Assert.Equal(("y?", "steps[0]#1.steps[0]"), (second.Checkpoints[0].Prompt, second.Checkpoints[0].StepPath));

        var done = await program.ResumeAsync(second.History, new CheckpointResolved("cp_2", "reject"), host);

        Assert.Equal("""["approve","reject"]""", done.Output.ToJson());
    }

    [Fact]
    public async Task A_branch_that_waits_for_a_person_does_not_keep_the_others_waiting()
    {
        var run = await Running.Load("""
            - parallel:
                max_concurrent: 1
                branches:
                  - { name: a, steps: [ { checkpoint: { prompt: A } } ] }
                  - { name: b, steps: [ { llm_turn: hi } ] }
            """).RunAsync(new ScriptedHost().Answers("hello"));

        Assert.Equal((RunStatus.Suspended, 1), (run.Status, run.Usage.ModelCalls));
    }

    [Fact]
    public async Task Expiry_fails_the_run_unless_the_checkpoint_says_otherwise()
    {
        var run = await Approval.ResumeAsync((await Approval.RunAsync()).History, new CheckpointExpired("cp_1"));

        Assert.Equal((RunStatus.Failed, RunFaults.CheckpointExpired), (run.Status, run.Fault!.Code));
        Assert.Equal(StepStatus.Failed, run.Trace[^1].Status);
    }

    [Fact]
    public async Task Expiry_takes_the_option_named_for_the_answer()
    {
        var program = Running.Load("- checkpoint: { prompt: ok, options: ['yes', 'no'], on_timeout: 'no', timeout: 1d }");

        var run = await program.ResumeAsync((await program.RunAsync()).History, new CheckpointExpired("cp_1"));

        Assert.Equal("no", run.Output.AsString());
    }

    [Fact]
    public async Task Expiry_that_escalates_keeps_the_question_open_for_somebody_else()
    {
        var program = Running.Load("- checkpoint: { prompt: ok, on_timeout: escalate, escalation_target: 'role:boss', timeout: 1h }");

        var run = await program.ResumeAsync((await program.RunAsync()).History, new CheckpointExpired("cp_1"));

        var open = Assert.Single(run.Checkpoints);
        Assert.Equal(("role:boss", CheckpointPriority.High, null), (open.Assignee, open.Priority, open.ExpiresAt));
        Assert.Equal("approve", (await program.ResumeAsync(run.History, new CheckpointResolved("cp_1", "approve"))).Output.AsString());
    }

    [Fact]
    public async Task Cancelling_a_checkpoint_fails_the_run()
    {
        var run = await Approval.ResumeAsync((await Approval.RunAsync()).History, new CheckpointCancelled("cp_1", Comment: "moot"));

        Assert.Equal((RunStatus.Failed, RunFaults.CheckpointCancelled, "moot"), (run.Status, run.Fault!.Code, run.Fault.Message));
    }

    [Fact]
    public async Task A_failing_branch_closes_the_checkpoint_of_another()
    {
        var program = Running.Load("""
            - parallel:
                branches:
                  - { name: a, steps: [ { checkpoint: { prompt: A } } ] }
                  - { name: b, steps: [ { checkpoint: { prompt: B } }, { rigid: "{{1 / 0}}" } ] }
            """);

        var run = await program.ResumeAsync((await program.RunAsync()).History, new CheckpointResolved("cp_2", "approve"));

        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Empty(run.Checkpoints);
        Assert.Equal(StepStatus.Cancelled, run.Trace.Single(t => t.Path == "steps[0].branches[0].steps[0]").Status);
    }

    [Fact]
    public async Task Any_value_resolves_a_question_without_options()
    {
        var program = Running.Load("""
            - { id: form, checkpoint: { type: freeform } }
            - rigid: "{{form.name}} {{name}}"
            """);

        var run = await program.ResumeAsync(
            (await program.RunAsync()).History, new CheckpointResolved("cp_1", Value.FromJson("""{"name": "Ada"}""")));

        Assert.Equal("Ada Ada", run.Output.AsString());
    }

    [Fact]
    public async Task A_host_that_gives_one_id_twice_is_found_out()
    {
        var program = Running.Load("""
            - { id: first, checkpoint: { prompt: one } }
            - { id: second, checkpoint: { prompt: two } }
            """);
        var one = await program.RunAsync(new ScriptedHost());

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => program.ResumeAsync(one.History, new CheckpointResolved("cp_1", "approve"), new ScriptedHost()));
    }
}
