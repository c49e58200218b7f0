using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>foreach: {in, as, index?, steps}</c>: runs the steps once for each item of an array, in order. Its result is the array
/// of the iterations' results. What an iteration binds is gone with it; variables stay.
/// </summary>
/// <param name="In">Gives the array; null is as good as an empty one.</param>
/// <param name="As">The name of the item; <c>item</c> unless given.</param>
/// <param name="Index">The name of the item's position, from 0; null when it has none.</param>
public sealed record ForeachStep(StepHead Head, Expression In, string As, string? Index, IReadOnlyList<Step> Steps) : Step(Head)
{
    private static readonly ManifestShape Shape = ManifestShape.Step.Member("foreach")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var collection = body.Required("in") is { } given ? reader.Expression(given) : null;
        var item = body.Given("as") is { } name ? name.Name() : "item";
        var index = body.Given("index")?.Name();
        reader.Names.Define(item ?? "item");
        reader.Names.Define(index ?? "item");
        var steps = body.Required("steps") is { } list ? reader.ReadList(list, $"{head.Path}.steps") : [];
        return collection is null ? null : new ForeachStep(head, collection, item ?? "item", index, steps);
    }
}
