using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;
using Program = ScaiGrid.Runtime.Program;

namespace ScaiGrid.Server.Features.Instances;

/// <summary>A run's turn: nothing else of its instance is executed until it is over. A class, so that nothing prints the memory by accident.</summary>
/// <param name="remembered">What the instance remembers, in the clear.</param>
/// <param name="revision">Of the memory.</param>
internal sealed class Turn(InstanceId instance, Id<Run> run, Value remembered, string revision)
{
    private Program? _program;

    public InstanceId Instance => instance;

    public Id<Run> Run => run;

    public string Revision => revision;

    /// <summary>The run outlives this process, and its place in line with it.</summary>
    public bool IsStored { get; set; }

    /// <summary>The run's place is given up.</summary>
    public bool IsOver { get; set; }

    /// <summary>What the variables are in the eyes of this program.</summary>
    public Value Recall(Program program) => (_program = program).Recall(remembered);

    /// <summary>What the instance is to remember now; null when that is what it remembers already.</summary>
    public Value? Learnt(RunResult? result)
    {
        if (_program is null || result is not { Status: RunStatus.Completed or RunStatus.Suspended })
        {
            return null;
        }

        var variables = _program.Remember(result.Variables);
        return variables == _program.Recall(remembered) ? default(Value?) : variables;
    }
}
