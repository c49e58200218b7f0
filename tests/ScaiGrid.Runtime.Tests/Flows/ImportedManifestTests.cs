using ScaiGrid.Flows.Compile;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>A manifest written by hand, drawn as a flow and compiled again, does what it did.</summary>
public class ImportedManifestTests
{
    private const string Branches = """
        core:
          name: branches
          flows:
            - name: main
              steps:
                - id: both
                  parallel:
                    branches:
                      - name: left
                        steps:
                          - { id: l1, rigid: l1 }
                          - decision: [ { when: input.short, next: null }, { when: input.skip, next: l3 } ]
                          - { id: l2, rigid: "l2 after {{l1}}" }
                          - { id: l3, rigid: l3 }
                      - name: right
                        steps:
                          - foreach:
                              in: input.items
                              as: one
                              index: at
                              steps:
                                - decision: [ { when: one < 0, next: null } ]
                                - { id: kept, rigid: "{{at}}={{one}}" }
                - set: { shown: "{{both.left}} {{both.right}}" }
                - decision: [ { when: input.stop, next: null } ]
                - while: { when: (n ?? 0) < 2, max_iterations: 5, steps: [ { set: { n: (n ?? 0) + 1 } } ] }
                - { id: end, rigid: "{{shown}} {{n}}" }
        """;

    [Theory]
    [InlineData("""{"items": [1, -2, 3]}""")]
    [InlineData("""{"items": [], "short": true}""")]
    [InlineData("""{"items": [-1], "skip": true}""")]
    [InlineData("""{"items": [5], "skip": true, "short": true, "stop": true}""")]
    public async Task Loops_branches_and_ways_out_of_them_are_kept(string input) => await SameAsync(Branches, input);

    [Theory]
    [InlineData("""{"message": "Taxi 48.20 EUR"}""")]
    [InlineData("""{"message": "Please review this expense."}""")]
    [InlineData("""{"amount": 3}""")]
    public async Task The_approval_agent_is_kept(string input) =>
        await SameAsync(await File.ReadAllTextAsync(Path.Combine(Golden.Root, "samples/cores/approval-agent.yaml"), TestContext.Current.CancellationToken), input);

    [Fact]
    public async Task The_support_triage_is_kept()
    {
        var manifest = await File.ReadAllTextAsync(Path.Combine(Golden.Root, "samples/cores/support-triage.yaml"), TestContext.Current.CancellationToken);
        string[] answers = ["""{"intent": "question", "confidence": 0.9, "summary": "s"}""", "It comes."];
        var (before, after) = (new ScriptedHost().Answers(answers), new ScriptedHost().Answers(answers));

        Assert.Equal(await Running.LoadManifest(manifest).RunAsync(before).OutputAsync(), await Again(manifest).RunAsync(after).OutputAsync());
        Assert.Equal(before.Calls.Select(Asked), after.Calls.Select(Asked));

        static string Asked(ModelCall call) =>
            $"{call.Role} {call.Model} {call.Temperature} {string.Join('\n', call.Messages.Select(message => $"{message.Role}: {message.Content}"))} {call.JsonSchema}";
    }

    private static async Task SameAsync(string manifest, string input)
    {
        var before = await Running.LoadManifest(manifest).RunAsync(input: input);
        var after = await Again(manifest).RunAsync(input: input);

        Assert.Equal((before.Status, before.Output, before.Variables), (after.Status, after.Output, after.Variables));
        Assert.Equal(
            before.Trace.Where(step => step.Kind != "decision").Select(step => $"{step.Id} {step.Result}"),
            after.Trace.Where(step => step.Kind != "decision").Select(step => $"{step.Id} {step.Result}"));
    }

    private static Program Again(string manifest)
    {
        var imported = FlowImport.Import(manifest);
        Assert.Empty(imported.Diagnostics);
        var compilation = FlowCompiler.Compile(imported.Content!.Value);
        Assert.True(compilation.Succeeded(out var flow), string.Join('\n', compilation.Diagnostics));
        Assert.True(Program.TryLoad(flow.Manifest, out var program, out _));
        return program;
    }
}
