using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Audit;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Instances;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary><c>POST /cores/{id}/events</c>: something happened that the Core should run for. Nobody waits.</summary>
internal static class SendEvent
{
    /// <param name="Input">What the flow sees as <c>input</c>; <c>{}</c> unless given.</param>
    /// <param name="FlowName">Null = the Core's first flow.</param>
    public sealed record Request(Value? Input = null, string? FlowName = null);

    public static void Map(IEndpointRouteBuilder triggers) => triggers
        .MapPost("/cores/{id}/events", HandleAsync)
        .WithName("SendCoreEvent")
        .WithSummary("Start a run without waiting for it")
        .WithDescription("With the header `Idempotency-Key` the same event may be sent again: it starts one run, and the answer tells with `Idempotency-Replayed` that it was there.")
        .Requires(Permissions.CoreManage)
        .Audits("core.event")
        .Answers<RunView>(StatusCodes.Status202Accepted)
        .ProducesErrors(KernelErrors.Validation, CoreErrors.NotFound, CoreErrors.InvalidSource, RunErrors.CoreNotRunning, InstanceErrors.Busy, KernelErrors.KeyReused);

    private static async Task<IResult> HandleAsync(
        Id<Core> id, [OptionalBody] Body<Request> body, IdempotencyKey key, HttpContext http, Principal caller, Db db, CorePrograms programs, TriggeredRuns runs, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var order = new RunOrder(RunTrigger.Event, body.Value.Input ?? Value.EmptyObject, caller, http.TraceIdentifier, body.Value.FlowName)
        {
            CallKey = key.Value is { } given ? TriggeredRuns.KeyOf("event", caller.UserId.Value, id.Value, given) : null,
        };
        if (!(await programs.OfAsync(core.TenantId, core.Id, core.Version, ct)).Succeeded(out var loaded, out var error)
            || !(await runs.StartAsync(loaded, order, ct)).Succeeded(out var queued, out error))
        {
            return error.ToResult();
        }

        if (queued.IsRepeated)
        {
            if (queued.Run.Input != order.Input || queued.Run.FlowName != (order.FlowName ?? loaded.Program.Flows[0]))
            {
                return KernelErrors.KeyReused.With("This Idempotency-Key came with another event before.").ToResult();
            }

            http.Response.Headers["Idempotency-Replayed"] = "true";
        }

        return Reply.Accepted(RunView.Of(queued.Run));
    }
}
