using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Flows.Language;

/// <summary>The value of an expression or template, or the fault that prevented one.</summary>
public readonly struct Evaluation
{
    private readonly Value _value;
    private readonly EvaluationFault? _fault;

    private Evaluation(Value value, EvaluationFault? fault) => (_value, _fault) = (value, fault);

    public static implicit operator Evaluation(Value value) => new(value, null);

    public static implicit operator Evaluation(EvaluationFault fault) => new(default, fault);

    public bool Succeeded(out Value value, [NotNullWhen(false)] out EvaluationFault? fault)
    {
        (value, fault) = (_value, _fault);
        return fault is null;
    }
}
