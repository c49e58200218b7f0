using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Webhooks;

/// <summary>Which events somebody asks for, so that what happens with every call is saved only where it is wanted.</summary>
internal sealed class WebhookDirectory
{
    private readonly IServiceScopeFactory _scopes;
    private readonly IdSource _ids;
    private FrozenDictionary<string, string[]> _patterns = FrozenDictionary<string, string[]>.Empty;

    public WebhookDirectory(IServiceScopeFactory scopes, ChangeStamps stamps, IdSource ids)
    {
        (_scopes, _ids) = (scopes, ids);
        stamps.Keep(Stamped.Webhooks, LoadAsync);
    }

    public bool Wants(string tenantId, string type) => _patterns.TryGetValue(tenantId, out var patterns) && Array.Exists(patterns, p => EventTypes.Matches(p, type));

    /// <summary>The event of a line of the feed, where somebody asks for it. What a run tells is followed in the feed alone.</summary>
    public OutgoingEvent? Of(FeedEntry line) => line.Type is { } type && Wants(line.TenantId.Value, type)
        ? new()
        {
            TenantId = line.TenantId.Value,
            Id = _ids.New("evt"),
            Type = type,
            Payload = Value.Object([new("core_id", line.CoreId.Value), .. line.Payload.Members.Select(m => new KeyValuePair<string, Value>(m.Key, m.Value))]).ToJson(),
            At = line.At,
        }
        : null;

    /// <summary>The events of calls that somebody asks for.</summary>
    public IReadOnlyList<OutgoingEvent> Of(IReadOnlyList<UsageRecord> calls)
    {
        if (_patterns.Count == 0)
        {
            return [];
        }

        var wanted = new List<OutgoingEvent>();
        foreach (var call in calls)
        {
            var type = call.Outcome == UsageOutcome.Completed ? EventTypes.RequestCompleted : EventTypes.RequestFailed;
            if (Wants(call.TenantId, type))
            {
                wanted.Add(new()
                {
                    TenantId = call.TenantId,
                    Id = $"evt{call.Id[UsageRecord.IdPrefix.Length..]}", // the same when the record is saved once more after a crash
                    PartnerId = call.PartnerId,
                    Type = type,
                    Payload = System.Text.Json.JsonSerializer.Serialize(UsageView.Of(call), Json.Options),
                    At = call.CreatedAt,
                });
            }
        }

        return wanted;
    }

    private async Task LoadAsync(CancellationToken ct)
    {
        await using var scope = _scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var webhooks = await scope.ServiceProvider.GetRequiredService<Db>().Webhooks.AsNoTracking().Where(w => w.Status == WebhookStatus.Active).ToListAsync(ct);
        _patterns = webhooks.GroupBy(w => w.TenantId.Value).ToFrozenDictionary(g => g.Key, g => g.SelectMany(w => w.Events).Distinct().ToArray());
    }
}
