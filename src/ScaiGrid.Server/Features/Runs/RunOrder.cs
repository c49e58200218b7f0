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
    /// <summary>Null leaves it to the Core and the input.</summary>
    public string? InstanceKey { get; init; }

    /// <summary>The run that asks; null when none does.</summary>
    public Id<Run>? CalledBy { get; init; }

    /// <summary>As of the run.</summary>
    public string? CallKey { get; init; }

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
            Depth = Depth,
            CalledBy = CalledBy,
            CallKey = CallKey,
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

        if (InstanceKey is { } given)
        {
            instance = given;
            return IsKey(given);
        }

        var metadata = Input["metadata"];
        var field = core.EntityKeyField!;
        var key = Trigger == RunTrigger.Chat && !metadata["entity_id"].IsNull ? metadata["entity_id"]
            : !Input[field].IsNull ? Input[field]
            : metadata[field];
        instance = key.Kind is ValueKind.String or ValueKind.Number ? key.ToText() : null;
        return IsKey(instance);
    }

    private static bool IsKey([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? key) => key is { Length: > 0 and <= 200 } && !key.Any(char.IsControl);
}
