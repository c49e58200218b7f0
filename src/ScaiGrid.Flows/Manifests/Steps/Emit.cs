using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary><c>emit: {event, payload?}</c>: the step tells an event of the author's own once it is completed.</summary>
/// <param name="Event">Lower case letters, digits and '_' in parts divided by '.', at most 64; not of those that the runtime tells, <c>scaicore.…</c>.</param>
/// <param name="Payload">What is told with it, and sees the step's result; null tells the result.</param>
public sealed partial record Emit(string Event, ValueTemplate? Payload)
{
    /// <summary>Begins the names of the runtime's own events.</summary>
    public const string Reserved = "scaicore.";

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("emit")!;

    public const int LongestName = 64;

    /// <summary>How the name of an event is written.</summary>
    internal static Regex Written => Name();

    internal static Emit? Read(StepReader reader, ManifestNode? node)
    {
        if (node is null || !node.IsObject())
        {
            return null;
        }

        node.WarnOfUnknownKeys(Shape);
        var name = node.Required("event") is { } given ? ReadEvent(given) : null;
        var payload = reader.ValueTemplate(node.Given("payload"));
        return name is null ? null : new(name, payload);
    }

    private static string? ReadEvent(ManifestNode node)
    {
        if (node.Text() is not { } name)
        {
            return null;
        }

        if (Name().IsMatch(name))
        {
            return name;
        }

        node.Error(ManifestCodes.Name, $"'{name}' is not an event's name: lower case letters, digits, '_' and '.', at most {LongestName}, and not beginning with '{Reserved}'.");
        return null;
    }

    [GeneratedRegex(@"^(?!scaicore\.)(?!.{65})[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\z")]
    private static partial Regex Name();
}
