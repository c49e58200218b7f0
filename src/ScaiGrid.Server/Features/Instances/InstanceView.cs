using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>An instance as callers see it.</summary>
/// <param name="Revision">Names the state of the memory; its ETag.</param>
/// <param name="SizeBytes">Of the variables as JSON.</param>
/// <param name="UpdatedBy">The run that the memory is from.</param>
/// <param name="InLine">Runs that are executed or wait for their turn.</param>
internal sealed record InstanceView(string InstanceKey, string Revision, int SizeBytes, DateTimeOffset? UpdatedAt, Id<Run>? UpdatedBy, int InLine)
{
    /// <summary>Where one instance was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Value? Variables { get; init; }

    public static InstanceView Of(Instance instance) =>
        new(instance.Key, instance.Revision, instance.Size, instance.WrittenAt, instance.WrittenBy, instance.InLine);
}
