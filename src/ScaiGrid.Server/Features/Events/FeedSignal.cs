using System.Collections.Concurrent;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>Tells those who follow the feed in this process that there is more, so that they need not wait for their next look.</summary>
internal sealed class FeedSignal(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Follower, bool> _followers = new();

    public DateTimeOffset Now => clock.GetUtcNow();

    public Follower Follow(Id<Tenant> tenantId)
    {
        var follower = new Follower(tenantId, this);
        _followers[follower] = true;
        return follower;
    }

    public void Told(IReadOnlyList<FeedEntry> entries)
    {
        if (entries.Count == 0 || _followers.IsEmpty)
        {
            return;
        }

        var tenants = entries.Select(e => e.TenantId).ToHashSet();
        foreach (var (follower, _) in _followers)
        {
            if (tenants.Contains(follower.TenantId))
            {
                follower.Wake();
            }
        }
    }

    public sealed class Follower(Id<Tenant> tenantId, FeedSignal feed) : IDisposable
    {
        private readonly SemaphoreSlim _more = new(0, 1);

        public Id<Tenant> TenantId => tenantId;

        /// <summary>Returns when there is more, or that time is over.</summary>
        public Task WaitAsync(TimeSpan atMost, CancellationToken ct) => _more.WaitAsync(atMost, ct);

        public void Wake()
        {
            try
            {
                _more.Release();
            }
            catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
            {
                // it is awake already, or gone
            }
        }

        public void Dispose()
        {
            feed._followers.TryRemove(this, out _);
            _more.Dispose();
        }
    }
}
