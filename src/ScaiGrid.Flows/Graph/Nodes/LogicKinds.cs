using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>Which way a run goes, how often, and in how many lines at once; and the variables it keeps.</summary>
internal static class LogicKinds
{
    public const string BodyPort = "body", DonePort = "done";

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.LogicDecision, "logic_decision", "Goes along the first conditional edge that holds, else along the sequential one.",
            new("subject", Shape.Text(Shape.LongestLabel).Noted("What is decided upon; a hint for people.")),
            new("style", Shape.Text(64).By("if"))),
        new(NodeKind.LogicLoop, "logic_loop", "Runs what hangs on its port 'body' again and again, then what hangs on 'done'.",
            new("style", Shape.OneOf("foreach", "while").By("foreach")),
            new("collection", Shape.Expression.Noted("Gives the array that foreach goes through.")),
            new("item", Shape.Name.By("item").Noted("The name of the item within the body.")),
            new("index", Shape.Name.Noted("The name of the item's position, from 0.")),
            new("condition", Shape.Expression.Noted("While goes on as long as this holds.")),
            new("max_iterations", Shape.Whole(1, WhileStep.MostIterations).Noted("Required for while.")))
        {
            Outputs = [new(BodyPort, "body", "object"), new(DonePort, "done", "object")],
        },
        new(NodeKind.LogicParallel, "logic_parallel", "Runs every outgoing edge's branch side by side, and goes on where they meet.",
            new("max_concurrent", Shape.Whole(1, ParallelStep.MostBranches)),
            new("fail_fast", Shape.Flag.By(true))),
        new(NodeKind.DataVariableSet, "data_variable_set", "Sets variables.",
            new Field("assignments", new Shape(Admits.Object)
            {
                Others = Shape.Anything, Names = Shape.NameText, MaxMembers = Shape.MostArguments, Meaning = Meaning.Assignments,
                Note = "A text without {{ is an expression; all else is a value whose texts are templates.",
            }, true)),
    ];
}
