using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary><c>POST /cores/{id}/events</c>: something happened that the Core should run for. Nobody waits.</summary>
internal static class SendEvent
{
    public sealed record Request(Value? Input = null, string? FlowName = null);

    public static void Map(IEndpointRouteBuilder runs) => runs
        .MapPost("/cores/{id}/events", HandleAsync)
        .WithName("SendCoreEvent")
        .WithSummary("Start a run without waiting for it")
        .Requires(Permissions.CoreManage)
        .Audits("core.event")
        .Answers<RunView>(StatusCodes.Status202Accepted)
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound, CoreErrors.InvalidSource, RunErrors.CoreNotRunning, InstanceErrors.Busy);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, [OptionalBody] Body<Request> body, HttpContext http, Principal caller, Db db, CorePrograms programs, RunStore store, RunWorker worker, IdSource ids, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var order = new RunOrder(RunTrigger.Event, body.Value.Input ?? Value.EmptyObject, caller, http.TraceIdentifier, body.Value.FlowName);
        return (await programs.OfAsync(core.TenantId, core.Id, core.Version, ct)).Succeeded(out var loaded, out var error)
            && order.Decide(loaded, ids.New<Run>(), clock.GetUtcNow()).Succeeded(out var run, out error)
            ? await InvokeCore.QueueAsync(store, worker, loaded, run, ct)
            : error.ToResult();
    }
}
