using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>The streams that are open on this server: no caller and no tenant holds more than their share of them.</summary>
internal sealed class EventStreams(IServiceScopeFactory scopes, Authenticator authenticator, FeedSignal feed, FeedReader reader, ServerOptions options, IHostApplicationLifetime life, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);

    /// <summary>A stream of what happens from now on, or from where the caller was cut off.</summary>
    public IResult Open(HttpContext http, Principal caller, EventFilter filter)
    {
        if (caller.TenantId is not { } tenantId)
        {
            return AccessErrors.TenantRequired.With($"Events are followed within a tenant; name it with {Authenticator.TenantHeader}.").ToResult();
        }

        FeedPosition? after = null;
        if (http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last])
        {
            if (!FeedPosition.TryParse(last, out var position))
            {
                return KernelErrors.Validation.At("Last-Event-ID", "is not one that this server gave out").ToResult();
            }

            after = position;
        }

        var place = Take(caller, tenantId.Value);
        return place is null
            ? EventErrors.TooManyStreams.With($"At most {options.Events.MaxStreamsPerCaller} streams of one caller and {options.Events.MaxStreamsPerTenant} of a tenant may be open here.").ToResult()
            : new EventStream(scopes, authenticator, feed, reader, life, clock, place, caller, tenantId, filter, after);
    }

    /// <returns>Null when there is none left.</returns>
    private Place? Take(Principal caller, string tenant)
    {
        var (mine, ours) = ($"caller {caller.ApiKeyId?.Value ?? caller.UserId.Value}", $"tenant {tenant}");
        lock (_lock)
        {
            if (_open.GetValueOrDefault(mine) >= options.Events.MaxStreamsPerCaller || _open.GetValueOrDefault(ours) >= options.Events.MaxStreamsPerTenant)
            {
                return null;
            }

            _open[mine] = _open.GetValueOrDefault(mine) + 1;
            _open[ours] = _open.GetValueOrDefault(ours) + 1;
        }

        return new(() =>
        {
            lock (_lock)
            {
                GiveBack(mine);
                GiveBack(ours);
            }
        });
    }

    private void GiveBack(string name)
    {
        if (--_open[name] == 0)
        {
            _open.Remove(name);
        }
    }

    internal sealed class Place(Action giveBack) : IDisposable
    {
        public void Dispose() => giveBack();
    }
}
