using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
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

        if (InstanceOf(core, out var instance) is { } unclear)
        {
            return unclear;
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
            ActingAs = core.ActsAs,
            RequestId = RequestId,
            InstanceKey = instance,
            Input = Input,
            Depth = Depth,
            CalledBy = CalledBy,
            CallKey = CallKey,
            StartedAt = now,
        };
    }

    /// <returns>Null when it is clear which instance is meant, if any.</returns>
    private Error? InstanceOf(LoadedCore core, out string? instance)
    {
        instance = core.ConcurrencyMode switch
        {
            ConcurrencyMode.Singleton => RunStart.Singleton,
            ConcurrencyMode.Entity => InstanceKey,
            _ => null,
        };
        if (core.ConcurrencyMode != ConcurrencyMode.Entity)
        {
            return null;
        }

        var (field, key) = instance is { } given ? ("instance_key", given) : KeyIn(core.EntityKeyField!);
        if (key.IsNull)
        {
            return KernelErrors.Validation.At(field, $"is required: it tells which entity of this Core is meant{(Trigger == RunTrigger.Chat ? $"; 'metadata.{core.EntityKeyField}' tells it too" : "")}");
        }

        instance = key.Kind is ValueKind.String or ValueKind.Number ? key.ToText() : "";
        return Instances.InstanceKey.IsValid(instance) ? null : KernelErrors.Validation.At(field, Instances.InstanceKey.Rule);
    }

    // A chat caller has no input of his own making: the entity stands in the metadata that he sent.
    private (string Field, Value Key) KeyIn(string field)
    {
        var metadata = Input["metadata"];
        if (Trigger == RunTrigger.Chat)
        {
            return metadata["entity_id"].IsNull && !metadata[field].IsNull ? ($"metadata.{field}", metadata[field]) : ("metadata.entity_id", metadata["entity_id"]);
        }

        return Input[field].IsNull && !metadata[field].IsNull ? ($"input.metadata.{field}", metadata[field]) : ($"input.{field}", Input[field]);
    }
}
