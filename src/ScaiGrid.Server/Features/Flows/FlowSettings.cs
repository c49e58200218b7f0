using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>Every fault of what callers set on a flow beside its content.</summary>
internal static class FlowSettings
{
    public static void CheckName(string? name, List<Fault> faults)
    {
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > Flow.NameLength || name.Any(char.IsControl)))
        {
            faults.Add(new("name", $"must be 1 to {Flow.NameLength} characters, none of them a control character"));
        }
    }

    public static void CheckDescription(string? description, List<Fault> faults)
    {
        if (description is { Length: > Flow.DescriptionLength })
        {
            faults.Add(new("description", $"must have at most {Flow.DescriptionLength} characters"));
        }
    }
}
