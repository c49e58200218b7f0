using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class DecisionNode(DecisionStep step) : Node(step.Head)
{
    public override void Enter(Machine machine, Fiber fiber)
    {
        foreach (var branch in step.Branches)
        {
            if (!machine.Succeeded(fiber, branch.When.Evaluate(machine.ScopeOf(fiber)), out var holds))
            {
                return;
            }

            if (holds.IsTruthy)
            {
                machine.GoTo(fiber, branch.Next);
                return;
            }
        }

        machine.GoTo(fiber, Head.Next);
    }
}
