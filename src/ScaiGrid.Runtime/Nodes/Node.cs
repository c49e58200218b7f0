using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Execution;

namespace ScaiGrid.Runtime.Nodes;

/// <summary>
/// A step, ready to execute. Nodes are shared by all runs of a program and hold no state: what a step keeps while it runs is
/// its frame's <see cref="Execution.Frame.Activation"/>.
/// </summary>
internal abstract class Node(StepHead head)
{
    public StepHead Head { get; } = head;

    /// <summary>As the last step it only hands that result on, as the run's answer.</summary>
    public virtual bool HandsOn(string result) => false;

    /// <summary>Begins the step. It finishes, fails, waits, or pushes a frame before it returns.</summary>
    public abstract void Enter(Machine machine, Fiber fiber);

    public virtual void Answered(Machine machine, Fiber fiber, ModelAnswer answer) =>
        throw new InvalidOperationException($"A {Head.Kind} step calls no model.");

    public virtual void Performed(Machine machine, Fiber fiber, EffectOutcome outcome) =>
        throw new InvalidOperationException($"A {Head.Kind} step has no effect.");

    /// <summary>A list of steps that this one pushed has ended.</summary>
    public virtual void ListEnded(Machine machine, Fiber fiber, Frame list) =>
        throw new InvalidOperationException($"A {Head.Kind} step has no steps.");

    /// <summary>The person asked has answered; the answer is the step's result unless a kind says otherwise.</summary>
    public virtual void Resolved(Machine machine, Fiber fiber, Value resolution) => machine.Finish(fiber, resolution);
}
