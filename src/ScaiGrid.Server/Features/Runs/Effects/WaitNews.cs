using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>What happened in one tenant that a suspended run may wait for.</summary>
/// <param name="Calls">Digests of calls: the called run is over, or somebody has begun to wait for it.</param>
/// <param name="Queues">Queues that have a message, or somebody who has begun to wait for one.</param>
/// <param name="Ended">Runs that are over and may have had messages.</param>
internal sealed record WaitNews(Id<Tenant> TenantId, HashSet<string> Calls, HashSet<string> Queues, HashSet<Id<Run>> Ended)
{
    public int Count => Calls.Count + Queues.Count + Ended.Count;
}

/// <summary>What is to be looked for next: so much that nothing has to be looked through that nothing happened to.</summary>
internal sealed class WaitAgenda
{
    private const int Most = 5_000;

    private readonly Lock _lock = new();
    private Dictionary<Id<Tenant>, WaitNews> _news = [];
    private bool _everything = true; // a process that begins knows of nothing

    public void Add(Id<Tenant> tenantId, Action<WaitNews> note)
    {
        lock (_lock)
        {
            if (!_news.TryGetValue(tenantId, out var news))
            {
                _news[tenantId] = news = new(tenantId, [], [], []);
            }

            note(news);
            if (news.Count > Most || _news.Count > Most)
            {
                (_everything, _news) = (true, []); // is shorter now
            }
        }
    }

    /// <summary>Nobody knows what has happened: a process died before it could look, or a look failed.</summary>
    public void AddEverything()
    {
        lock (_lock)
        {
            _everything = true;
        }
    }

    /// <returns>What is to be done; null in place of a tenant's news stands for all that anybody waits for.</returns>
    public IReadOnlyList<WaitNews?> Take()
    {
        lock (_lock)
        {
            IReadOnlyList<WaitNews?> taken = _everything ? [null] : [.. _news.Values.Where(n => n.Count > 0)];
            (_everything, _news) = (false, []);
            return taken;
        }
    }
}
