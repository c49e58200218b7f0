using System.Collections.Concurrent;

namespace ScaiGrid.Runtime.Tests;

/// <summary>
/// A world that answers from a script: by step path, else in order. A call the script does not know throws. Its clock moves
/// a second with every look at it.
/// </summary>
internal sealed class ScriptedHost : IRunHost
{
    private readonly Queue<ModelAnswer> _answers = new();
    private readonly Dictionary<string, Func<ModelCall, CancellationToken, Task<ModelAnswer>>> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Func<Effect, CancellationToken, Task<EffectOutcome?>>> _effects = new(StringComparer.Ordinal);
    private int _checkpoints;

    public TestClock Time { get; } = new();

    public TimeProvider Clock => Time;

    public ConcurrentQueue<ModelCall> Calls { get; } = new();

    public ConcurrentQueue<Effect> Effects { get; } = new();

    /// <summary>How many events each save held.</summary>
    public List<int> Saves { get; } = [];

    public bool IsDurable { get; set; }

    public string NewCheckpointId() => $"cp_{++_checkpoints}";

    public ScriptedHost Answers(params IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            _answers.Enqueue(ModelAnswer.Of(text, inputTokens: 10, outputTokens: 2));
        }

        return this;
    }

    public ScriptedHost Answers(params ReadOnlySpan<ModelAnswer> answers)
    {
        foreach (var answer in answers)
        {
            _answers.Enqueue(answer);
        }

        return this;
    }

    public ScriptedHost At(string path, Func<ModelCall, CancellationToken, Task<ModelAnswer>> answer)
    {
        _byPath[path] = answer;
        return this;
    }

    public ScriptedHost Does(string path, Func<Effect, CancellationToken, Task<EffectOutcome?>> perform)
    {
        _effects[path] = perform;
        return this;
    }

    public ScriptedHost Does(string path, EffectOutcome? outcome) => Does(path, (_, _) => Task.FromResult(outcome));

    public Task SaveAsync(RunHistory history, IReadOnlyList<StepTrace> trace, CancellationToken ct)
    {
        IsDurable = true;
        Saves.Add(history.Events.Count);
        return Task.CompletedTask;
    }

    public Task<EffectOutcome?> PerformAsync(Effect effect, CancellationToken ct)
    {
        Effects.Enqueue(effect);
        return _effects.TryGetValue(effect.StepPath, out var perform)
            ? perform(effect, ct)
            : throw new InvalidOperationException($"The script has no outcome for {effect.StepPath}.");
    }

    public Task<ModelAnswer> CallModelAsync(ModelCall call, CancellationToken ct)
    {
        Calls.Enqueue(call);
        if (_byPath.TryGetValue(call.StepPath, out var answer))
        {
            return answer(call, ct);
        }

        lock (_answers)
        {
            return _answers.TryDequeue(out var next)
                ? Task.FromResult(next)
                : throw new InvalidOperationException($"The script has no answer for {call.StepPath}, attempt {call.Attempt}.");
        }
    }
}
