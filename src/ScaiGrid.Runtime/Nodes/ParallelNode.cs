using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class ParallelNode(ParallelStep step, Node[][] branches) : Node(step.Head)
{
    public override void Enter(Machine machine, Fiber fiber)
    {
        fiber.Top.Activation = new BranchSet(branches.Length);
        fiber.WaitsForBranches = true;
        StartBranches(machine, fiber);
    }

    /// <summary>As many as may be under way. One that waits for a person is not: it could keep the others waiting for days.</summary>
    public void StartBranches(Machine machine, Fiber fiber)
    {
        var set = (BranchSet)fiber.Top.Activation!;
        while (set.Fibers.Count < branches.Length && set.UnderWay < step.MaxConcurrent)
        {
            var index = set.Fibers.Count;
            var branch = new Fiber(fiber, index, new(branches[index], fiber.Top));
            set.Fibers.Add(branch);
            machine.Ready(branch);
        }
    }

    public void BranchEnded(Machine machine, Fiber fiber, Fiber branch, Value result)
    {
        var set = (BranchSet)fiber.Top.Activation!;
        branch.Done = true;
        set.Results[branch.Branch] = result;
        set.Ended++;
        if (!machine.Hold(fiber, result, out var size))
        {
            return;
        }

        set.Held += size;
        if (set.Ended < branches.Length)
        {
            StartBranches(machine, fiber);
            return;
        }

        fiber.WaitsForBranches = false;
        machine.Release(fiber, set.Held);
        machine.Finish(fiber, Value.Object(step.Branches.Select((b, i) => KeyValuePair.Create(b.Name, set.Results[i]))));
        machine.Ready(fiber);
    }

    public void BranchFailed(Machine machine, Fiber fiber, Fiber branch, RunFault fault)
    {
        if (!step.FailFast)
        {
            var error = Value.Object([new("code", fault.Code), new("message", fault.Message)]);
            BranchEnded(machine, fiber, branch, Value.Object([new("error", error)]));
            return;
        }

        machine.Fail(fiber, fault);
    }
}

/// <summary>The branches of a parallel step that is under way.</summary>
internal sealed class BranchSet(int count)
{
    /// <summary>Those that have been started, in order.</summary>
    public List<Fiber> Fibers { get; } = new(count);

    public Value[] Results { get; } = new Value[count];

    public int Ended { get; set; }

    public long Held { get; set; }

    public int UnderWay => Fibers.Count(f => !f.Done && f.Question is null);
}
