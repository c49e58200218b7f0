using System.IO.Pipelines;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

/// <summary>One call on its way through a route.</summary>
/// <param name="output">Where a streamed answer goes; null for a whole one.</param>
/// <param name="embedding">What is to be embedded; null for a chat.</param>
internal sealed class Dispatch(Dispatcher dispatcher, ChatCall call, PipeWriter? output, CancellationToken ct, EmbeddingRequest? embedding = null)
{
    private readonly TimeProvider _clock = dispatcher.Clock;
    private readonly long _started = dispatcher.Clock.GetTimestamp();
    private Target? _target;
    private int _attempts;
    private ChatAnswer? _answer;
    private EmbeddingAnswer? _embeddings;
    private ChatStream? _stream;
    private ProviderFailure? _failure;
    private TimeSpan? _probeIn;
    private bool _canceled;

    private TimeSpan TimeLeft => call.Route.Deadline - _clock.GetElapsedTime(_started);

    public async ValueTask<ChatResult> RunAsync()
    {
        var targets = call.Route.Targets;
        for (int first = 0, next; first < targets.Count; first = next)
        {
            next = first + 1;
            while (next < targets.Count && targets[next].Priority == targets[first].Priority)
            {
                next++;
            }

            var level = (ulong.MaxValue >> (Route.MostTargets - (next - first))) << first;
            if (await TryLevelAsync(level, isLast: next == targets.Count))
            {
                break;
            }
        }

        return Conclude();
    }

    /// <summary>Asks the targets of one priority; true when the call is decided, false to go on to the next priority.</summary>
    private async ValueTask<bool> TryLevelAsync(ulong level, bool isLast)
    {
        for (var round = 0; ; round++)
        {
            var again = 0UL;
            TimeSpan? wait = null;
            for (var left = level; left != 0;)
            {
                var index = dispatcher.Draw(call.Route.Targets, left);
                left &= ~(1UL << index);
                switch (await TryTargetAsync(call.Route.Targets[index]))
                {
                    case null:
                        continue;
                    case Verdict.Stop:
                        return true;
                    case Verdict.Retry:
                        again |= 1UL << index;
                        wait = Shorter(wait, _failure!);
                        break;
                }

                if (TimeLeft <= TimeSpan.Zero)
                {
                    return true;
                }
            }

            var limited = _failure?.Class == FailureClass.RateLimited;
            if (again == 0 || round + 1 >= dispatcher.Options.Rounds || (limited && !isLast) || !await PauseAsync(round, wait))
            {
                return _canceled;
            }

            level = again;
        }
    }

    /// <summary>The shortest time after which a target that will be asked again wants to be.</summary>
    private TimeSpan Shorter(TimeSpan? wait, ProviderFailure failure)
    {
        var wanted = failure.RetryAfter
            ?? (failure.Class == FailureClass.RateLimited ? dispatcher.Options.RateLimitPause : TimeSpan.Zero);
        return wait < wanted ? wait.Value : wanted;
    }

    /// <summary>False when waiting would outlast the deadline, or the caller left.</summary>
    private async ValueTask<bool> PauseAsync(int round, TimeSpan? wanted)
    {
        var backoff = dispatcher.Backoff(round);
        var pause = wanted > backoff ? wanted.Value : backoff;
        if (pause >= TimeLeft)
        {
            return false;
        }

        try
        {
            await Task.Delay(pause, _clock, ct);
            return true;
        }
        catch (OperationCanceledException)
        {
            _canceled = true;
            return false;
        }
    }

    /// <summary>One attempt; null when the target's circuit lets no call through.</summary>
    private async ValueTask<Verdict?> TryTargetAsync(Target target)
    {
        var circuit = dispatcher.CircuitOf(target.BackendId);
        if (!circuit.TryEnter())
        {
            var probeIn = circuit.Health().ProbeIn ?? TimeSpan.Zero;
            _probeIn = _probeIn < probeIn ? _probeIn : probeIn;
            return null;
        }

        _target = target;
        _attempts++;
        var timeLeft = TimeLeft;
        var timeout = target.Timeout < timeLeft ? target.Timeout : timeLeft;
        using var patience = new CancellationTokenSource(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero, _clock);
        using var leaving = ct.UnsafeRegister(static p => ((CancellationTokenSource)p!).Cancel(), patience);
        try
        {
            if (embedding is not null)
            {
                _failure = await EmbedAsync(target, embedding, patience.Token);
            }
            else if (output is null)
            {
                (await target.Provider.ChatAsync(call, patience.Token)).Succeeded(out _answer, out _failure);
            }
            else
            {
                _failure = await StreamAsync(target, output, patience);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested || _stream?.CallerLeft == true)
        {
            circuit.Abandoned();
            _canceled = true;
            return Verdict.Stop;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            _failure = new(FailureClass.Timeout, "The model's backend did not answer in time.");
            if (timeout < target.Timeout)
            {
                circuit.Abandoned(); // the call's time was up, not the backend's
                return Verdict.Stop;
            }
        }
        catch
        {
            circuit.Abandoned();
            throw;
        }

        return Report(circuit);
    }

    private Verdict Report(Circuit circuit)
    {
        switch (_failure)
        {
            case null:
                circuit.Succeeded();
                return Verdict.Stop;
            case { Class: FailureClass.CallerFault or FailureClass.Refused }:
                circuit.Succeeded(); // the backend did its work
                return Verdict.Stop;
            default:
                circuit.Failed(_failure, _failure.Class.CountsAgainstCircuit);
                return _stream is { Started: true } ? Verdict.Stop : _failure.Class.Verdict;
        }
    }

    private async ValueTask<ProviderFailure?> StreamAsync(Target target, PipeWriter writer, CancellationTokenSource patience)
    {
        _stream = new(
            writer, call.Route.QuotedSlug, ChatAnswer.IdOf(call.Context.RequestId),
            call.Context.IncludeUsage || call.Request.IncludeUsage,
            patience, target.Timeout, dispatcher.Options.LongestStream, _clock);
        var failure = await target.Provider.StreamAsync(call, _stream, patience.Token);
        if (failure is null)
        {
            await _stream.EndAsync(Used(), patience.Token);
        }

        return failure;
    }

    private async ValueTask<ProviderFailure?> EmbedAsync(Target target, EmbeddingRequest request, CancellationToken patience)
    {
        if (target.Provider is not IEmbeddingProvider provider)
        {
            return EmbeddingFailures.NotOffered;
        }

        (await provider.EmbedAsync(new(request, call.Route, call.Context), patience)).Succeeded(out _embeddings, out var failure);
        return failure;
    }

    private Usage Used()
    {
        var prompt = embedding is null ? call.Request.EstimatedPromptTokens : embedding.EstimatedPromptTokens;
        if (_embeddings is not null)
        {
            return _embeddings.Usage ?? Usage.Estimate(prompt, 0);
        }

        return _answer is not null ? _answer.Usage ?? Usage.Estimate(prompt, _answer.CompletionBytes)
            : _stream is { Started: true } ? _stream.Usage ?? Usage.Estimate(prompt, _stream.CompletionBytes)
            : _canceled && _attempts > 0 ? Usage.Estimate(prompt, 0)
            : default;
    }

    private ChatResult Conclude()
    {
        var latency = _clock.GetElapsedTime(_started);
        var failure = _canceled ? null : _failure;
        var outcome = _canceled ? ChatOutcome.Canceled
            : failure is not null ? failure.Class.Outcome
            : _attempts == 0 ? ChatOutcome.ModelUnavailable
            : ChatOutcome.Answered;
        return new(outcome, call.Route, call.Context, _clock.GetUtcNow())
        {
            Answer = _answer,
            Embeddings = _embeddings,
            Failure = _attempts == 0 && !_canceled
                ? new(FailureClass.Unavailable, "No backend of the model can be asked right now.", RetryAfter: _probeIn)
                : failure,
            RetryAfter = _attempts == 0 ? _probeIn : failure?.RetryAfter,
            BackendId = _target?.BackendId,
            Attempts = _attempts,
            Latency = latency,
            TimeToFirstToken = _stream?.FirstWritten is { } first ? _clock.GetElapsedTime(_started, first)
                : _answer is not null || _embeddings is not null ? latency : null,
            Usage = Used(),
            ContentSent = _stream is { Started: true },
        };
    }
}
