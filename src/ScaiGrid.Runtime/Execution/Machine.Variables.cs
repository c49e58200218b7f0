using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Execution;

/// <summary>What the run holds, and how much of it.</summary>
internal sealed partial class Machine
{
    private OrderedDictionary<string, (Value Value, long At)>? _variables;
    private long _scopeSize, _memorySize;
    private long _changes;

    public Value Variables => _variables is null
        ? Value.EmptyObject
        : Value.Object(_variables.Select(v => KeyValuePair.Create(v.Key, v.Value.Value)));

    /// <summary>Counts every binding and assignment, so that of two of them the newer is known.</summary>
    public long NextChange() => ++_changes;

    public bool TryGetVariable(string name, out Value value, out long assignedAt)
    {
        var slot = default((Value Value, long At));
        var found = _variables is not null && _variables.TryGetValue(name, out slot);
        (value, assignedAt) = slot;
        return found;
    }

    /// <returns>False after the run has failed: the value is not of the declared type, or too much.</returns>
    public bool SetVariable(Fiber fiber, string name, Value value)
    {
        var isDeclared = _program.TryGetVariable(name, out var variable);
        if (isDeclared && !value.IsNull)
        {
            var faults = variable!.Type.Validate(value, out value);
            if (faults.Count > 0)
            {
                Fail(fiber, RunFaults.VariableType, $"The variable '{name}' cannot hold this: {faults[0]}");
                return false;
            }
        }

        if (!TryMeasure(fiber, value, out var size))
        {
            return false;
        }

        _variables ??= new(StringComparer.Ordinal);
        var growth = _variables.TryGetValue(name, out var old) ? size - ValueSize.Of(old.Value) : size + name.Length;
        _variables[name] = (value, NextChange());
        return TryGrow(fiber, growth) && (!isDeclared || TryRemember(fiber, name, size, growth));
    }

    /// <summary>Takes in what the instance remembers now.</summary>
    /// <returns>False when that is more than the run may hold beside what it holds already.</returns>
    private bool RestoreVariables(Value remembered)
    {
        foreach (var (name, value) in remembered.Members)
        {
            var isKnown = TryGetVariable(name, out var old, out _);
            if (isKnown && old == value)
            {
                continue;
            }

            var growth = ValueSize.Of(value) - (isKnown ? ValueSize.Of(old) : 0);
            (_variables ??= new(StringComparer.Ordinal))[name] = (value, NextChange());
            (_memorySize, _scopeSize) = (_memorySize + growth, _scopeSize + growth);
        }

        return _scopeSize <= Limits.ScopeSize;
    }

    /// <summary>Counts a value that the running step gathers and has not bound yet.</summary>
    public bool Hold(Fiber fiber, Value value, out int size)
    {
        if (!TryMeasure(fiber, value, out size))
        {
            return false;
        }

        fiber.Top.Size += size;
        return TryGrow(fiber, size);
    }

    public void Release(Fiber fiber, long size)
    {
        fiber.Top.Size -= size;
        _scopeSize -= size;
    }

    /// <summary>The declared defaults, and over them what the instance's last run left.</summary>
    private bool StartVariables()
    {
        foreach (var variable in _program.Manifest.Variables)
        {
            (_variables ??= new(StringComparer.Ordinal))[variable.Name] = (variable.Default, 0);
        }

        foreach (var (name, value) in _start!.Variables.Members)
        {
            (_variables ??= new(StringComparer.Ordinal))[name] = (value, 0);
        }

        var fiber = _root!;
        _memorySize = _variables?.Values.Sum(v => (long)ValueSize.Of(v.Value)) ?? 0;
        return TryHold(fiber, Input) && TryHold(fiber, Config) && (_variables?.Values.All(v => TryHold(fiber, v.Value)) ?? true);

        bool TryHold(Fiber root, Value value) => TryMeasure(root, value, out var size) && TryGrow(root, size);
    }

    private bool TryMeasure(Fiber fiber, Value value, out int size)
    {
        size = ValueSize.Of(value, Limits.ValueDepth);
        if (size != int.MaxValue)
        {
            return true;
        }

        Fail(fiber, RunFaults.LimitValueDepth, $"A value may nest {Limits.ValueDepth} levels.");
        return false;
    }

    private bool TryRemember(Fiber fiber, string name, int size, long growth)
    {
        _memorySize += growth;
        if (_start!.InstanceKey is null || _start.EngineVersion < 3 || growth <= 0 || _memorySize <= Limits.Memory)
        {
            return true;
        }

        Fail(fiber, RunFaults.LimitMemory, $"The variable '{name}' cannot take {size} characters: what an instance remembers may take {Limits.Memory} in all.");
        return false;
    }

    private bool TryGrow(Fiber fiber, long growth)
    {
        _scopeSize += growth;
        if (_scopeSize <= Limits.ScopeSize)
        {
            return true;
        }

        Fail(fiber, RunFaults.LimitScopeSize, $"A run may hold {Limits.ScopeSize} characters of values at a time.");
        return false;
    }
}
