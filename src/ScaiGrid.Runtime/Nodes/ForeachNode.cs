using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

internal sealed class ForeachNode(ForeachStep step, Node[] steps) : Node(step.Head)
{
    public override void Enter(Machine machine, Fiber fiber)
    {
        if (!machine.Succeeded(fiber, step.In.Evaluate(machine.ScopeOf(fiber)), out var items))
        {
            return;
        }

        if (items.Kind is not (ValueKind.Array or ValueKind.Null))
        {
            machine.Fail(fiber, RunFaults.ExpressionFault, "'in' must give an array.");
        }
        else if (items.Items.Count > machine.Limits.Iterations)
        {
            machine.Fail(fiber, RunFaults.LimitIterations,
                $"{items.Items.Count} items are more than the {machine.Limits.Iterations} iterations a loop may have.");
        }
        else
        {
            var loop = new Loop(items.Items, fiber.Top.Path);
            fiber.Top.Activation = loop;
            Turn(machine, fiber, loop);
        }
    }

    public override void ListEnded(Machine machine, Fiber fiber, Frame list)
    {
        var loop = (Loop)fiber.Top.Activation!;
        loop.Results.Add(list.Result);
        if (machine.Hold(fiber, list.Result, out var size))
        {
            loop.Held += size;
            Turn(machine, fiber, loop);
        }
    }

    private void Turn(Machine machine, Fiber fiber, Loop loop)
    {
        var turn = loop.Results.Count;
        if (turn == loop.Items.Count)
        {
            machine.Release(fiber, loop.Held);
            machine.Finish(fiber, Value.Array([.. loop.Results]));
            return;
        }

        fiber.Push(new(steps, fiber.Top)
        {
            Prefix = $"{loop.Path}#{turn}",
            PathStart = Head.Path.Length,
            ItemName = step.As,
            Item = loop.Items[turn],
            IndexName = step.Index,
            ItemIndex = turn,
        });
    }

    private sealed record Loop(IReadOnlyList<Value> Items, string Path)
    {
        public List<Value> Results { get; } = [];

        public long Held { get; set; }
    }
}
