using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Graph.Shapes;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph;

/// <summary>What reading gave: a graph unless there are errors, and every diagnostic either way, by place.</summary>
public sealed record FlowReading(FlowGraph? Graph, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool Succeeded([NotNullWhen(true)] out FlowGraph? graph) => (graph = Graph) is not null;
}

/// <summary>
/// Reads the shape of a flow, schema v2: what is there, of which type, how much of it. It reports every fault at once and
/// throws nothing. Whether the flow makes sense is the business of <see cref="FlowAnalysis"/>.
/// </summary>
public static class FlowReader
{
    /// <summary>How deep a flow may nest: so deep that its manifest, which wraps it, can still be read.</summary>
    public const int MostLevels = 24;

    public static FlowReading Read(Value content)
    {
        var walk = new ShapeWalk();
        var isWhole = Walk(content, walk);
        return new(isWhole ? GraphBuilder.Build(content) : null, walk.Diagnostics());
    }

    /// <returns>False when there are errors.</returns>
    internal static bool Walk(Value content, ShapeWalk walk)
    {
        if (content.NestsDeeperThan(MostLevels))
        {
            walk.Error(FlowCodes.TooDeep, $"A flow nests at most {MostLevels} levels deep.");
            return false;
        }

        FlowShape.Flow.Check(content, walk);
        return walk.Errors == 0;
    }
}
