using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class WhileNode(WhileStep step, Node[] steps) : Node(step.Head)
{
    public override void Enter(Machine machine, Fiber fiber)
    {
        var loop = new Loop(fiber.Top.Path);
        fiber.Top.Activation = loop;
        Turn(machine, fiber, loop);
    }

    public override void ListEnded(Machine machine, Fiber fiber, Frame list)
    {
        var loop = (Loop)fiber.Top.Activation!;
        loop.Turns++;
        loop.Last = list.Result;
        fiber.Top.See(list.Result, machine.NextChange());
        Turn(machine, fiber, loop);
    }

    private void Turn(Machine machine, Fiber fiber, Loop loop)
    {
        if (loop.Turns == step.MaxIterations)
        {
            machine.Finish(fiber, loop.Last);
            return;
        }

        if (!machine.Succeeded(fiber, step.When.Evaluate(machine.ScopeOf(fiber)), out var holds))
        {
            return;
        }

        if (!holds.IsTruthy)
        {
            machine.Finish(fiber, loop.Last);
            return;
        }

        if (loop.Turns == machine.Limits.Iterations)
        {
            machine.Fail(fiber, RunFaults.LimitIterations, $"A loop may have {machine.Limits.Iterations} iterations.");
            return;
        }

        fiber.Push(new(steps, fiber.Top)
        {
            Prefix = $"{loop.Path}#{loop.Turns}",
            PathStart = Head.Path.Length,
            BindsOutside = true,
        });
    }

    private sealed class Loop(string path)
    {
        public string Path { get; } = path;

        public int Turns { get; set; }

        public Value Last { get; set; }
    }
}
