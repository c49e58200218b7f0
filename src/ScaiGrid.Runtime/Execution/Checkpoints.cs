using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Runtime.Execution;

/// <summary>The questions a run has asked: those that are open, with the fiber that waits for each, and those that were.</summary>
internal sealed class Checkpoints
{
    private readonly OrderedDictionary<string, (OpenCheckpoint Checkpoint, Fiber Fiber)> _open = new(StringComparer.Ordinal);
    private readonly HashSet<string> _closed = new(StringComparer.Ordinal);

    public IReadOnlyList<OpenCheckpoint> Open => _open.Count == 0 ? [] : [.. _open.Values.Select(c => c.Checkpoint)];

    public bool IsKnown(string id) => _open.ContainsKey(id) || _closed.Contains(id);

    public bool TryGet(
        string id, [NotNullWhen(true)] out OpenCheckpoint? checkpoint, [NotNullWhen(true)] out Fiber? fiber,
        [NotNullWhen(false)] out RunFault? refusal)
    {
        if (_open.TryGetValue(id, out var found))
        {
            ((checkpoint, fiber), refusal) = (found, null);
            return true;
        }

        (checkpoint, fiber) = (null, null);
        refusal = _closed.Contains(id)
            ? new(RunFaults.CheckpointClosed, $"The checkpoint '{id}' is not open any more.")
            : new(RunFaults.CheckpointUnknown, $"The run has no checkpoint '{id}'.");
        return false;
    }

    public void Add(string id, Fiber fiber, DateTimeOffset now)
    {
        var (node, question) = (fiber.Top.Node, fiber.Question!);
        fiber.CheckpointId = id;
        var checkpoint = new OpenCheckpoint(
            id, fiber.WaitsAt!, node.Head.Id, node.Head.NodeId, question.Type, question.Prompt, question.Options, question.Assignee,
            question.Priority, now, now + question.Timeout, question.OnTimeout, question.EscalationTarget, question.Context,
            question.Form);
        _open.Add(id, (checkpoint, fiber));
        if (fiber.Top.Trace is { } trace)
        {
            trace.Question = checkpoint;
        }
    }

    /// <summary>It stays open for somebody else, more urgent, and without a time limit.</summary>
    public void Escalate(string id)
    {
        var (checkpoint, fiber) = _open[id];
        _open[id] = (checkpoint with
        {
            Assignee = checkpoint.EscalationTarget ?? checkpoint.Assignee,
            Priority = checkpoint.Priority < CheckpointPriority.High ? CheckpointPriority.High : CheckpointPriority.Critical,
            ExpiresAt = null,
            OnTimeout = CheckpointStep.Fail,
        }, fiber);
    }

    public void Close(string id)
    {
        _open.Remove(id);
        _closed.Add(id);
    }

    public static bool Allows(OpenCheckpoint checkpoint, Value resolution) =>
        checkpoint.Options.Count == 0 || (resolution.AsString() is { } option && checkpoint.Options.Contains(option));
}
