using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>parallel: {max_concurrent?, fail_fast?, branches: [{name, steps}]}</c>: runs the branches side by side. Its result is an
/// object of the branches' results by name. What a branch binds, only that branch sees; variables are shared.
/// </summary>
/// <param name="MaxConcurrent">How many branches may be under way, those that wait at a checkpoint not counted.</param>
/// <param name="FailFast">
/// True, the default: the first failure cancels the other branches and fails the run. False: a failed branch results in
/// <c>{"error": {"code", "message"}}</c> and the others go on.
/// </param>
public sealed record ParallelStep(StepHead Head, int MaxConcurrent, bool FailFast, IReadOnlyList<Branch> Branches) : Step(Head)
{
    public const int MostBranches = 256;

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("parallel")!;
    private static readonly ManifestShape BranchShape = Shape.Member("branches")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var branches = body.Required("branches") is { } list ? ReadBranches(reader, head, list) : [];
        return new ParallelStep(
            head,
            body.Given("max_concurrent")?.Whole(1, MostBranches) ?? MostBranches,
            body.Given("fail_fast")?.Flag() ?? true,
            branches);
    }

    private static List<Branch> ReadBranches(StepReader reader, StepHead head, ManifestNode list)
    {
        var branches = new List<Branch>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (list.Value.Items.Count > MostBranches || list.Value is { Kind: ValueKind.Array, Items.Count: 0 })
        {
            list.Error(ManifestCodes.Range, $"Between 1 and {MostBranches} branches are required.");
            return branches;
        }

        foreach (var branch in list.Items().Where(b => b.IsObject()))
        {
            branch.WarnOfUnknownKeys(BranchShape);
            var name = branch.Required("name")?.Name();
            if (name is not null && !names.Add(name))
            {
                branch.Error(ManifestCodes.Duplicate, $"Another branch has the name '{name}'.");
            }

            reader.Names.Define(name ?? "");
            var path = $"{head.Path}.branches{branch.Key}.steps";
            branches.Add(new(name ?? "", branch.Required("steps") is { } steps ? reader.ReadList(steps, path) : []));
        }

        return branches;
    }
}

public sealed record Branch(string Name, IReadOnlyList<Step> Steps);
