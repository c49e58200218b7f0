using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Execution;

/// <summary>
/// The names of a run, innermost first: loop items, fields of the previous step's result, results, variables, fields of the
/// input; but of a field and a variable with one name the newer counts, so that what a step assigns is what the next one reads.
/// <c>input</c>, <c>config</c> and <c>run</c> always mean themselves: neither a caller's field nor a model's may
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
                return TryResolve(Frame!, name, out value);
        }
    }

    private bool TryResolve(Frame frame, string name, out Value value)
    {
        if (frame.TryResolveItem(name, out value))
        {
            return true;
        }

        var isVariable = machine.TryGetVariable(name, out var variable, out var assignedAt);
        if (frame.Previous.TryGetObject(out var fields) && fields.TryGetValue(name, out value))
        {
            value = isVariable && assignedAt > frame.PreviousAt ? variable : value;
            return true;
        }

        if (frame.TryResolveResult(name, out value))
        {
            return true;
        }

        value = variable;
        return isVariable || machine.Input.Members.TryGetValue(name, out value);
    }
}
