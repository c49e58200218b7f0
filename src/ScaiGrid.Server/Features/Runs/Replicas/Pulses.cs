using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Replicas;

/// <summary>
/// For how long other processes' beats have stood still, by this process's own clock: clocks of different machines are never compared. Who was
/// stopped himself for a while has seen nothing, and begins again.
/// </summary>
internal sealed class Pulses(TimeProvider clock, TimeSpan longestGap)
{
    private readonly Dictionary<Id<Replica>, (long Beat, long Since)> _seen = [];
    private long _looked = clock.GetTimestamp();

    /// <summary>Begins again.</summary>
    public void Forget() => _seen.Clear();

    /// <param name="beats">Of all processes there are, read just now.</param>
    /// <returns>How long each has been seen with that beat.</returns>
    public IReadOnlyDictionary<Id<Replica>, TimeSpan> Look(IReadOnlyDictionary<Id<Replica>, long> beats)
    {
        if (clock.GetElapsedTime(_looked) > longestGap)
        {
            _seen.Clear();
        }

        _looked = clock.GetTimestamp();
        foreach (var gone in _seen.Keys.Where(id => !beats.ContainsKey(id)).ToList())
        {
            _seen.Remove(gone);
        }

        foreach (var (id, beat) in beats)
        {
            if (!_seen.TryGetValue(id, out var seen) || seen.Beat != beat)
            {
                _seen[id] = (beat, _looked);
            }
        }

        return beats.Keys.ToDictionary(id => id, id => clock.GetElapsedTime(_seen[id].Since, _looked));
    }
}
