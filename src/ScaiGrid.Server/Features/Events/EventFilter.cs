using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <param name="CoreId">Null for every Core's.</param>
/// <param name="Type">Null for every type; one that ends in <c>.*</c> stands for all that begin so.</param>
internal sealed record EventFilter(Id<Core>? CoreId, string? Type)
{
    private readonly string? _prefix = Type?.EndsWith(".*", StringComparison.Ordinal) == true ? Type[..^1] : null;

    public Error? Refuse() => Type is { Length: > Emit.LongestName } ? KernelErrors.Validation.At("type", $"has at most {Emit.LongestName} characters") : null;

    public bool Wants(string type) => Type is null || (_prefix is { } prefix ? type.StartsWith(prefix, StringComparison.Ordinal) : type == Type);

    /// <summary>The lines in which such events may stand.</summary>
    public IQueryable<FeedEntry> Apply(IQueryable<FeedEntry> feed)
    {
        feed = CoreId is { } core ? feed.Where(e => e.CoreId == core) : feed;
        return Type is null || _prefix is not null ? feed
            : Type.StartsWith(RuntimeEvents.Prefix, StringComparison.Ordinal) || !Type.StartsWith(Emit.Reserved, StringComparison.Ordinal) ? feed.Where(e => e.Type == null)
            : feed.Where(e => e.Type == Type);
    }
}
