using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>while: {when, max_iterations, steps}</c>: runs the steps as long as the condition is truthy before an iteration, and at
/// most that often; then the flow goes on. Its result is that of the last iteration, null if there was none. What an
/// iteration binds stays bound, for the condition to see.
/// </summary>
public sealed record WhileStep(StepHead Head, Expression When, int MaxIterations, IReadOnlyList<Step> Steps) : Step(Head)
{
    public const int MostIterations = 10_000;

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("while")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var when = body.Required("when") is { } given ? reader.Expression(given) : null;
        var most = body.Required("max_iterations")?.Whole(1, MostIterations);
        var steps = body.Required("steps") is { } list ? reader.ReadList(list, $"{head.Path}.steps") : [];
        return when is null || most is null ? null : new WhileStep(head, when, most.Value, steps);
    }
}
