using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class RigidNode(RigidStep step) : Node(step.Head)
{
    public override bool HandsOn(string result) =>
        step.Text.Text.Trim() is ['{', '{', .. var name, '}', '}'] && name.Trim() == result;

    public override void Enter(Machine machine, Fiber fiber)
    {
        if (machine.Succeeded(fiber, step.Text.Render(machine.ScopeOf(fiber)), out var text))
        {
            machine.Finish(fiber, text);
        }
    }
}
