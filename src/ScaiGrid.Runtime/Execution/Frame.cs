using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime.Nodes;

namespace ScaiGrid.Runtime.Execution;

/// <summary>
/// One list of steps being executed: the flow's own, an iteration's, a branch's. Frames form a stack per fiber and, through
/// <see cref="Outer"/>, the scope that expressions see.
/// </summary>
internal sealed class Frame(Node[] steps, Frame? outer)
{
    private Dictionary<string, Value>? _results;

    /// <summary>What encloses it; of a branch, the frame of the parallel step, which belongs to another fiber.</summary>
    public Frame? Outer { get; } = outer;

    public Node[] Steps { get; } = steps;

    /// <summary>The step being executed; the length of the list when it has ended.</summary>
    public int Index { get; set; }

    public Node Node => Steps[Index];

    /// <summary>What the running step keeps until it finishes: the loop's items, the model call's attempts.</summary>
    public object? Activation { get; set; }

    /// <summary>The running step's; null when the trace is full.</summary>
    public StepTrace? Trace { get; set; }

    /// <summary>What <see cref="StepTrace.Path"/> puts before a step's own path, from <see cref="PathStart"/> on; null for nothing.</summary>
    public string? Prefix { get; init; } = outer?.Prefix;

    public int PathStart { get; init; } = outer?.PathStart ?? 0;

    /// <summary>The fields of the previous step's result are names.</summary>
    public Value Previous { get; private set; } = outer?.Previous ?? default;

    /// <summary>When, in the run's count of changes, <see cref="Previous"/> came to be: what has been assigned since is newer.</summary>
    public long PreviousAt { get; private set; } = outer?.PreviousAt ?? 0;

    /// <summary>Of the last step executed in this list; null before any.</summary>
    public Value Result { get; private set; }

    /// <summary>A loop's item, and the name it has; null for none.</summary>
    public string? ItemName { get; init; }

    public Value Item { get; init; }

    public string? IndexName { get; init; }

    public int ItemIndex { get; init; }

    /// <summary>True in a while loop: its bindings belong to the list around it and outlive the iteration.</summary>
    public bool BindsOutside { get; init; }

    /// <summary>Characters, about, of what is bound here, and of what the running step has gathered.</summary>
    public long Size { get; set; }

    public string Path => Prefix is null ? Node.Head.Path : string.Concat(Prefix, Node.Head.Path.AsSpan(PathStart));

    /// <summary>The name stands for the value from now on, and the fields of the value are names.</summary>
    /// <returns>By how many characters, about, the scope has grown.</returns>
    public long Bind(string name, Value result, int size, long at)
    {
        (Previous, PreviousAt, Result) = (result, at, result);
        var owner = this;
        while (owner is { BindsOutside: true, Outer: { } outer })
        {
            owner = outer;
        }

        owner._results ??= new(Math.Min(owner.Steps.Length, 16), StringComparer.Ordinal);
        var growth = owner._results.TryGetValue(name, out var old) ? size - ValueSize.Of(old) : size;
        owner._results[name] = result;
        owner.Size += growth;
        return growth;
    }

    /// <summary>The fields of the value are names from now on.</summary>
    public void See(Value previous, long at) => (Previous, PreviousAt) = (previous, at);

    public bool TryResolveItem(string name, out Value value)
    {
        for (var frame = this; frame is not null; frame = frame.Outer)
        {
            if (frame.ItemName == name)
            {
                value = frame.Item;
                return true;
            }

            if (frame.IndexName == name)
            {
                value = frame.ItemIndex;
                return true;
            }
        }

        value = default;
        return false;
    }

    public bool TryResolveResult(string name, out Value value)
    {
        for (var frame = this; frame is not null; frame = frame.Outer)
        {
            if (frame._results is { } results && results.TryGetValue(name, out value))
            {
                return true;
            }
        }

        value = default;
        return false;
    }
}
