using System.Collections.Concurrent;
using System.IO.Pipelines;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;

namespace ScaiGrid.Gateway.Routing;

/// <summary>
/// Brings calls to backends: by priority, by weight within a priority, again or elsewhere as each failure's class says, and
/// never to a backend whose circuit is open. One instance for the process: it holds the circuits.
/// </summary>
/// <param name="random">Draws targets and spreads waits. It is used under a lock.</param>
public sealed class Dispatcher(TimeProvider clock, Random random, DispatchOptions? options = null)
{
    private readonly ConcurrentDictionary<string, Circuit> _circuits = new(StringComparer.Ordinal);

    internal TimeProvider Clock => clock;

    internal DispatchOptions Options { get; } = options ?? new();

    /// <summary>
    /// Asks for a whole answer. Never throws for what a backend does; when the caller leaves, the outcome is
    /// <see cref="ChatOutcome.Canceled"/>.
    /// </summary>
    public ValueTask<ChatResult> ChatAsync(Route route, ChatRequest request, ChatContext context, CancellationToken ct) =>
        new Dispatch(this, new(request, route, context), output: null, ct).RunAsync();

    /// <summary>
    /// Streams the answer's chunks to <paramref name="output"/> as server-sent events, each flushed as it comes. Until
    /// <see cref="ChatResult.ContentSent"/> nothing has been written, so a failure can still be an ordinary error answer;
    /// after it the server writes the error as an event. The closing <c>data: [DONE]</c> is the server's to write in both
    /// cases.
    /// </summary>
    public ValueTask<ChatResult> StreamAsync(
        Route route, ChatRequest request, ChatContext context, PipeWriter output, CancellationToken ct) =>
        new Dispatch(this, new(request, route, context), output, ct).RunAsync();

    /// <summary>Asks for embeddings, as <see cref="ChatAsync"/> asks for an answer.</summary>
    public ValueTask<ChatResult> EmbedAsync(Route route, EmbeddingRequest request, ChatContext context, CancellationToken ct) =>
        new Dispatch(this, new(null!, route, context), output: null, ct, request).RunAsync();

    /// <summary>How a backend has been doing since this process started.</summary>
    public BackendHealth HealthOf(string backendId) =>
        _circuits.TryGetValue(backendId, out var circuit) ? circuit.Health() : BackendHealth.Unknown;

    /// <summary>Forgets what is known of a backend that was changed or deleted.</summary>
    public void Forget(string backendId) => _circuits.TryRemove(backendId, out _);

    internal Circuit CircuitOf(string backendId) =>
        _circuits.TryGetValue(backendId, out var circuit)
            ? circuit
            : _circuits.GetOrAdd(backendId, _ => new(Options.CircuitThreshold, Options.CircuitRest, clock));

    /// <summary>One of the targets in the mask, drawn by weight; those of weight 0 only when there are no others.</summary>
    internal int Draw(IReadOnlyList<Target> targets, ulong mask)
    {
        if (ulong.IsPow2(mask))
        {
            return (int)ulong.TrailingZeroCount(mask);
        }

        var total = 0L;
        for (var rest = mask; rest != 0; rest &= rest - 1)
        {
            total += Math.Max(0, targets[(int)ulong.TrailingZeroCount(rest)].Weight);
        }

        if (total == 0)
        {
            return (int)ulong.TrailingZeroCount(mask);
        }

        var drawn = NextInt64(total);
        for (var rest = mask; ; rest &= rest - 1)
        {
            var index = (int)ulong.TrailingZeroCount(rest);
            drawn -= Math.Max(0, targets[index].Weight);
            if (drawn < 0)
            {
                return index;
            }
        }
    }

    /// <summary>Between half of and the whole backoff of this round, so that many callers do not come back at once.</summary>
    internal TimeSpan Backoff(int round) =>
        Options.Backoff * Math.Pow(2, round) * (0.5 + (NextInt64(1000) / 2000.0));

    private long NextInt64(long below)
    {
        lock (random)
        {
            return random.NextInt64(below);
        }
    }
}
