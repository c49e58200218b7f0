using ScaiGrid.Flows.Compile;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Runtime.Testing;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary><c>POST /flows/{id}/run-tests</c>: runs the tests that the flow brings along, with their mocks and nothing real.</summary>
internal static class RunFlowTests
{
    /// <summary>How long all tests together may take; what is not through by then has failed.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <param name="Failures">Why it did not pass, every reason.</param>
    /// <param name="Error">The code that the run failed with; null unless it failed.</param>
    /// <param name="Visited">The nodes that ran, in the order they began.</param>
    public sealed record Entry(string Name, bool Passed, IReadOnlyList<string> Failures, RunStatus? Status, Value Output, string? Error, IReadOnlyList<string> Visited, long DurationMs);

    public sealed record Response(bool Passed, int Total, int Failed, ScaiGrid.Flows.SemVer Version, IReadOnlyList<Entry> Results);

    public static void Map(IEndpointRouteBuilder flows) => flows
        .MapPost("/{id}/run-tests", HandleAsync)
        .WithName("RunFlowTests")
        .WithSummary("Run a flow's tests, with mocks for everything outside")
        .RequiresOidc(Permissions.CoreManage)
        .Produces<Response>()
        .ProducesErrors(FlowErrors.NotFound, FlowErrors.AccessDenied, FlowErrors.CompileError, FlowErrors.TooManyTests, CoreErrors.InvalidSource);

    private static async Task<IResult> HandleAsync(Id<Flow> id, Principal caller, Db db, IObjectStore objects, TimeProvider clock, CancellationToken ct)
    {
        if (!(await FlowAccess.FindAsync(db, caller, id, FlowLevel.Deploy, ct)).Succeeded(out var flow, out var error))
        {
            return error.ToResult();
        }

        var compilation = FlowCompiler.Compile(await FlowContent.ReadAsync(objects, flow.ContentKey, ct));
        if (!compilation.Succeeded(out var compiled))
        {
            return FlowErrors.NotCompiled(compilation.Diagnostics).ToResult();
        }

        if (compiled.Graph.Tests.Count > FlowTestRunner.MostTests)
        {
            return FlowErrors.TooManyTests.With($"At most {FlowTestRunner.MostTests} tests are run at once, and the flow has {compiled.Graph.Tests.Count}.").ToResult();
        }

        if (!ScaiGrid.Runtime.Program.TryLoad(compiled.Manifest, out var program, out var diagnostics))
        {
            return CoreSource.Invalid(diagnostics).ToResult();
        }

        var results = await RunAsync(compiled, program, clock, ct);
        var failed = results.Count(r => !r.Passed);
        return Results.Ok(new Response(failed == 0, results.Count, failed, flow.ContentVersion, results));
    }

    private static async Task<List<Entry>> RunAsync(CompiledFlow flow, ScaiGrid.Runtime.Program program, TimeProvider clock, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        var results = new List<Entry>();
        foreach (var test in flow.Graph.Tests)
        {
            try
            {
                var r = await FlowTestRunner.RunAsync(flow, program, test, clock, limit.Token);
                results.Add(new(r.Name, r.Passed, r.Failures, r.Status, r.Output, r.Error, r.Visited, (long)r.Duration.TotalMilliseconds));
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                results.Add(new(test.Name, false, [$"It was not through when {Longest.TotalSeconds} seconds were over for all tests."], null, Value.Null, null, [], 0));
            }
        }

        return results;
    }
}
