using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>What somebody wants run.</summary>
/// <param name="FlowName">Null = the program's first.</param>
/// <param name="RequestId">The request that asks.</param>
/// <param name="Depth">How many Cores called each other to get here.</param>
internal sealed record RunOrder(RunTrigger Trigger, Value Input, Principal Caller, string RequestId, string? FlowName = null, int Depth = 0)
{
    /// <summary>The run that the order asks for, or why the Core cannot take it.</summary>
    public Result<Run> Decide(LoadedCore core, Id<Run> id, DateTimeOffset now)
    {
        if (core.Status != CoreStatus.Running)
        {
            return RunErrors.CoreNotRunning.With("The Core is not running; start it first.");
        }

        var flow = FlowName ?? core.Program.Flows[0];
        if (!core.Program.Flows.Contains(flow))
        {
            return KernelErrors.Validation.At("flow_name", $"is not a flow of this Core; it has {string.Join(", ", core.Program.Flows)}");
        }

        if (!TryFindInstance(core, out var instance))
        {
            return KernelErrors.Validation.At($"input.{core.EntityKeyField}", "is required: it tells which entity of this Core is meant");
        }

        return new Run
        {
            Id = id,
            TenantId = core.TenantId,
            CoreId = core.Id,
            ProgramDigest = core.Program.Digest,
            FlowName = flow,
            Trigger = Trigger,
            StartedBy = Caller.UserId,
            RequestId = RequestId,
            InstanceKey = instance,
            Input = Input,
            StartedAt = now,
        };
    }

    // A chat caller has no input of his own making: the entity stands in the metadata that he sent.
    private bool TryFindInstance(LoadedCore core, out string? instance)
    {
        instance = null;
        if (core.ConcurrencyMode != ConcurrencyMode.Entity)
        {
            return true;
        }

        var metadata = Input["metadata"];
        var field = core.EntityKeyField!;
        var key = Trigger == RunTrigger.Chat && !metadata["entity_id"].IsNull ? metadata["entity_id"]
            : !Input[field].IsNull ? Input[field]
            : metadata[field];
        instance = key.Kind is ValueKind.String or ValueKind.Number ? key.ToText() : null;
        return instance is { Length: > 0 and <= 200 } && !instance.Any(char.IsControl);
    }
}
