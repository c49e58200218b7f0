namespace ScaiGrid.Runtime.Execution;

/// <summary>One line of execution: the flow's own, or a parallel branch's.</summary>
internal sealed class Fiber(Fiber? parent, int branch, Frame bottom)
{
    /// <summary>The fiber whose parallel step started this one; null for the flow's own.</summary>
    public Fiber? Parent { get; } = parent;

    /// <summary>Which branch of that step.</summary>
    public int Branch { get; } = branch;

    public Frame Bottom { get; } = bottom;

    public Frame Top { get; private set; } = bottom;

    public bool AtBottom => Top == Bottom;

    public bool Done { get; set; }

    /// <summary>The path of the step that waits for an event; null when none does.</summary>
    public string? WaitsAt { get; set; }

    /// <summary>What of the world it waits for; null when it waits for something else.</summary>
    public Effect? Effect { get; set; }

    /// <summary>What it waits to have answered by a person; null when it waits for something else.</summary>
    public Question? Question { get; set; }

    /// <summary>The question's, once it has one.</summary>
    public string? CheckpointId { get; set; }

    /// <summary>Its branches are under way, and it goes on when they have joined.</summary>
    public bool WaitsForBranches { get; set; }

    public bool Blocked => Done || WaitsAt is not null || WaitsForBranches;

    public void Push(Frame frame) => Top = frame;

    public Frame Pop()
    {
        var popped = Top;
        Top = popped.Outer!;
        return popped;
    }

    /// <summary>Its frames, innermost first.</summary>
    public IEnumerable<Frame> Frames()
    {
        var frame = Top;
        for (; frame != Bottom; frame = frame.Outer!)
        {
            yield return frame;
        }

        yield return frame;
    }

    public void Wake() => (WaitsAt, Effect, Question, CheckpointId) = (null, null, null, null);
}
