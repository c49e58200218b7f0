using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Instances;

internal sealed partial class Instance
{
    /// <summary>Runs in line, the one whose turn it is among them.</summary>
    public const int MostInLine = 256;

    public Place? First => Line.Count > 0 ? Line[0] : null;

    /// <summary>There is nothing that the row would have to be kept for.</summary>
    public bool IsNothing => Memory is null && Line.Count == 0;

    public bool IsTurnOf(Id<Run> run) => First?.Run == run;

    public bool Has(Id<Run> run) => Line.Any(p => p.Run == run);

    /// <summary>Has a place that ends with the process in which the run waits.</summary>
    public bool HasUnstored(Id<Run> run) => Line.Any(p => p.Run == run && !p.Stored);

    /// <summary>Takes the last place, unless too many wait; a run that is in line already keeps its own.</summary>
    public bool TryEnter(Place place)
    {
        if (Line.Count >= MostInLine && !Has(place.Run))
        {
            return false;
        }

        Enter(place);
        return true;
    }

    /// <summary>For a run that was let in before, however many wait now.</summary>
    public void Enter(Place place) => LineUp(Has(place.Run) ? Line.Select(p => p.Run == place.Run ? place : p) : Line.Append(place));

    public void Leave(Id<Run> run)
    {
        if (Has(run))
        {
            LineUp(Line.Where(p => p.Run != run));
        }
    }

    private void LineUp(IEnumerable<Place> places)
    {
        Line = [.. places];
        InLine = Line.Count;
    }

    /// <param name="memory">Sealed.</param>
    /// <param name="size">In the clear.</param>
    public void Remember(byte[] memory, int size, string revision, Id<Run> by, DateTimeOffset now) =>
        (Memory, Size, Revision, WrittenBy, WrittenAt) = (memory, size, revision, by, now);

    /// <summary>What is executed now has seen an older revision, so that it brings nothing back.</summary>
    public void Forget(string revision) => (Memory, Size, Revision, WrittenBy, WrittenAt) = (null, 0, revision, null, null);
}
