using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class SetNode(SetStep step) : Node(step.Head)
{
    public override bool HandsOn(string result) =>
        step.Assignments is [{ Name: "response" or "message", Expression: { } only }] && only.Text.Trim() == result;

    public override void Enter(Machine machine, Fiber fiber)
    {
        var assigned = new KeyValuePair<string, Value>[step.Assignments.Count];
        for (var i = 0; i < assigned.Length; i++)
        {
            var assignment = step.Assignments[i];
            if (!machine.Succeeded(fiber, assignment.Evaluate(machine.ScopeOf(fiber)), out var value)
                || !machine.SetVariable(fiber, assignment.Name, value))
            {
                return;
            }

            assigned[i] = new(assignment.Name, value);
        }

        machine.Finish(fiber, Value.Object(assigned));
    }
}
