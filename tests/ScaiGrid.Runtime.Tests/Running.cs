using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Tests;

/// <summary>Short words for the tests: a program from the steps of its only flow, a run of it, a resumption.</summary>
internal static class Running
{
    /// <param name="steps">The steps of a flow, as YAML from column 0.</param>
    /// <param name="core">More members of <c>core</c>, as YAML from column 0.</param>
    public static Program Load(string steps, string core = "model: scaigrid/test/model") => LoadManifest(
        $"core:\n  name: test\n{Indent(core, 2)}\n  flows:\n    - name: main\n      steps:\n{Indent(steps, 8)}\n");

    public static Program LoadManifest(string yaml)
    {
        var reading = ManifestReader.Read(yaml);
        Assert.True(reading.Succeeded(out var manifest), string.Join('\n', reading.Diagnostics));
        Assert.True(Program.TryLoad(manifest, out var program, out var diagnostics), string.Join('\n', diagnostics));
        return program;
    }

    public static RunStart Start(string input = "{}", RunLimits? limits = null) =>
        new("run_1", null, Value.FromJson(input), Value.EmptyObject, null, Value.EmptyObject) { Limits = limits ?? RunLimits.Default };

    public static Task<RunResult> RunAsync(
        this Program program, IRunHost? host = null, string input = "{}", RunLimits? limits = null) =>
        Engine.RunAsync(program, Start(input, limits), host ?? new ScriptedHost(), TestContext.Current.CancellationToken);

    public static Task<RunResult> ResumeAsync(this Program program, RunHistory history, RunEvent? e, IRunHost? host = null) =>
        Engine.ResumeAsync(program, history, host ?? new ScriptedHost(), TestContext.Current.CancellationToken, e is null ? [] : [e]);

    /// <summary>The output of a run that must complete, as JSON.</summary>
    public static async Task<string> OutputAsync(this Task<RunResult> running)
    {
        var run = await running;
        Assert.True(run.Status == RunStatus.Completed, $"{run.Status}: {run.Fault}");
        return run.Output.ToJson();
    }

    /// <summary>The fault of a run that must fail.</summary>
    public static async Task<RunFault> FaultAsync(this Task<RunResult> running)
    {
        var run = await running;
        Assert.True(run.Status == RunStatus.Failed, $"{run.Status}: {run.Output}");
        return run.Fault!;
    }

    private static string Indent(string text, int by) =>
        string.Join('\n', text.Trim('\n').Split('\n').Select(line => new string(' ', by) + line));
}
