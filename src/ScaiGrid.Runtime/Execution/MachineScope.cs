using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Execution;

/// <summary>
/// The names of a run, innermost first: loop items, fields of the previous step's result, results, variables, fields of the
/// input. <c>input</c>, <c>config</c> and <c>run</c> always mean themselves: neither a caller's field nor a model's may
/// stand in for the configuration.
/// </summary>
internal sealed class MachineScope(Machine machine) : Scope
{
    /// <summary>The frame that expressions are evaluated in.</summary>
    public Frame? Frame { get; set; }

    public override DateTimeOffset? Now => machine.Now;

    public override bool TryResolve(string name, out Value value)
    {
        switch (name)
        {
            case "input":
                value = machine.Input;
                return true;
            case "config":
                value = machine.Config;
                return true;
            case "run":
                value = machine.Run;
                return true;
            default:
                return (Frame is { } frame && frame.TryResolve(name, out value))
                    || machine.TryGetVariable(name, out value)
                    || machine.Input.Members.TryGetValue(name, out value);
        }
    }
}
