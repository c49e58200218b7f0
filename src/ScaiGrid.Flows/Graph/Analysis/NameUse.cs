namespace ScaiGrid.Flows.Graph.Analysis;

/// <summary>When an expression is evaluated, and so what it can see.</summary>
internal enum UsePoint
{
    /// <summary>Before the node.</summary>
    Before,

    /// <summary>Before each turn of a while loop, the first too.</summary>
    BeforeTurn,

    /// <summary>On an edge that leaves the node.</summary>
    After,

    /// <summary>On the node's answer: also <c>output</c> and <c>result</c>.</summary>
    OnAnswer,
}

/// <summary>A name that an expression reads.</summary>
/// <param name="Owner">The place of the node in <c>nodes</c>; of <see cref="UsePoint.After"/>, of the edge in <c>edges</c>.</param>
internal readonly record struct NameUse(string Name, UsePoint Point, int Owner, string Path);
