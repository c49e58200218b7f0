using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>decision: [{when, next}, …]</c>: goes to the first branch whose condition is truthy; with none, on as any step does.
/// It has no result: what came before stays the previous result.
/// </summary>
public sealed record DecisionStep(StepHead Head, IReadOnlyList<DecisionBranch> Branches) : Step(Head)
{
    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        var branches = new List<DecisionBranch>();
        foreach (var branch in body.Items().Where(b => b.IsObject()))
        {
            var when = branch.Required("when") is { } given ? reader.Expression(given) : null;
            var target = reader.Target(branch.Member("next"));
            if (when is not null)
            {
                branches.Add(new(when, target));
            }
        }

        if (body.Value is { Kind: ValueKind.Array, Items.Count: 0 })
        {
            body.Error(ManifestCodes.Missing, "A decision needs at least one branch.");
        }

        return new DecisionStep(head, branches);
    }
}

/// <param name="Next">As <see cref="StepHead.Next"/>.</param>
public sealed record DecisionBranch(Expression When, int Next);
