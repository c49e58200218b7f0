using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Models;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary><c>POST /cores/{id}/invoke</c>: runs a flow and answers with what came of it, or without waiting.</summary>
internal static class InvokeCore
{
    /// <param name="Input">What the flow sees as <c>input</c>; <c>{}</c> unless given.</param>
    /// <param name="Wait">False answers at once, while the run is still queued.</param>
    /// <param name="FlowName">Null = the Core's first flow.</param>
    public sealed record Request(Value? Input = null, bool Wait = true, string? FlowName = null);

    public static void Map(IEndpointRouteBuilder runs) => runs
        .MapPost("/cores/{id}/invoke", HandleAsync)
        .WithName("InvokeCore")
        .WithSummary("Run a Core's flow")
        .RequiresSignIn() // and the permission to manage Cores, or to use the model that this one is published as
        .Audits("core.invoke")
        .WithMetadata(new BodyLimit(20 << 20))
        .Answers<RunView>()
        .Answers<RunView>(StatusCodes.Status202Accepted)
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound, CoreErrors.InvalidSource, RunErrors.CoreNotRunning, RunErrors.Failed, InstanceErrors.Busy, InstanceErrors.Unreadable, AccessErrors.PermissionDenied);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, [OptionalBody] Body<Request> body, HttpContext http, Principal caller, IServiceScopeFactory scopes, Catalogue catalogue, CorePrograms programs,
        Executor executor, RunStore store, RunWorker worker, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (await ReadAsync(scopes, id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        if (!MayInvoke(caller, core, catalogue.Current))
        {
            return AccessErrors.PermissionDenied.With($"This needs the permission '{Permissions.CoreManage}', or '{Permissions.ModelsUse}' for the model that the Core is published as.").ToResult();
        }

        var order = new RunOrder(RunTrigger.Api, request.Input ?? Value.EmptyObject, caller, http.TraceIdentifier, request.FlowName);
        if (!(await programs.OfAsync(core.TenantId, core.Id, core.Version, ct)).Succeeded(out var loaded, out var error)
            || !order.Decide(loaded, ids.New<Run>(), clock.GetUtcNow()).Succeeded(out var run, out error))
        {
            return error.ToResult();
        }

        if (!request.Wait)
        {
            return await QueueAsync(store, worker, loaded, run, ct);
        }

        Turn? turn = null;
        if (run.InstanceKey is not null && !(await executor.EnterAsync(loaded, run, ct)).Succeeded(out turn, out error))
        {
            return error.ToResult();
        }

        var executed = await executor.RunAsync(loaded, run, turn, order, ct);
        run = executed.Run;
        return run.Status switch
        {
            RunState.Completed => Reply.Ok(RunView.Of(run)),
            RunState.Failed or RunState.Cancelled => Failed(run).ToResult(),
            _ => Reply.Accepted(RunView.Of(run) with { Checkpoints = [.. executed.Checkpoints.Select(c => CheckpointView.Of(Checkpoint.Open(run, c)))] }),
        };
    }

    /// <summary>In a unit of work of its own: the request's would keep its connection for as long as the run takes.</summary>
    private static async Task<Core?> ReadAsync(IServiceScopeFactory scopes, Id<Core> id, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope(); // sees what the caller sees
        return await scope.ServiceProvider.GetRequiredService<Db>().Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct);
    }

    /// <summary>Stores the run for whichever worker takes it first.</summary>
    private static async Task<IResult> QueueAsync(RunStore store, RunWorker worker, LoadedCore core, Run run, CancellationToken ct)
    {
        if (await store.QueueAsync(core, run, ct) is { } refused)
        {
            return refused.ToResult();
        }

        worker.Wake();
        return Reply.Accepted(RunView.Of(run));
    }

    private static Error Failed(Run run) => RunErrors.Failed.With(run.ErrorMessage ?? "The run failed.") with
    {
        Data = new Dictionary<string, object?> { ["execution_id"] = run.Id, ["run_error"] = run.ErrorCode, ["step"] = run.ErrorStep },
    };

    private static bool MayInvoke(Principal caller, Core core, CatalogueSnapshot catalogue) =>
        caller.May(Permissions.CoreManage)
        || (caller.May(Permissions.ModelsUse) && core.Publication is { } publication && catalogue.Resolve(caller, publication.Slug.Value).Succeeded(out _, out _));
}
