using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Events;

/// <summary>
/// Follows a tenant's feed as server-sent events. It reads on at the client's own pace, a page at a time, so that one who is slow is behind and takes
/// no memory; the client's last event id tells any server where to go on.
/// </summary>
internal sealed class EventStream(
    IServiceScopeFactory scopes, Authenticator authenticator, FeedSignal feed, FeedReader reader, IHostApplicationLifetime life, TimeProvider clock,
    EventStreams.Place place, Principal caller, Id<Tenant> tenantId, EventFilter filter, FeedPosition? after) : IResult
{
    /// <summary>What other servers write is looked for as often; and whether the caller still may.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private const int PageSize = 200;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var held = place;
        using var follower = feed.Follow(tenantId);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, life.ApplicationStopping);
        try
        {
            await FollowAsync(httpContext, follower, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // the client is gone, or the server stops: another one goes on
        }
    }

    private async Task FollowAsync(HttpContext http, FeedSignal.Follower follower, CancellationToken ct)
    {
        var at = after ?? await EndAsync(ct); // before the answer begins: what happens from then on is told
        var response = http.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        response.BodyWriter.Write(Encoding.UTF8.GetBytes($"retry: 1000\nid: {at}\n\n"));
        await response.BodyWriter.FlushAsync(ct);
        var (checkedAt, wroteAt) = (clock.GetTimestamp(), clock.GetTimestamp());
        while (true)
        {
            if (clock.GetElapsedTime(checkedAt) >= Interval)
            {
                if (await RefusedAsync(http) is { } refused)
                {
                    http.WriteErrorEvent(refused);
                    return;
                }

                checkedAt = clock.GetTimestamp();
            }

            var (next, count) = await WritePageAsync(http, at, ct);
            if (next == at)
            {
                if (clock.GetElapsedTime(wroteAt) >= Heartbeat)
                {
                    response.BodyWriter.Write(": still here\n\n"u8);
                    count = 1;
                }
                else
                {
                    await follower.WaitAsync(Interval, ct);
                }
            }

            at = next;
            if (count > 0)
            {
                await response.BodyWriter.FlushAsync(ct); // waits for a client that does not keep up
                wroteAt = clock.GetTimestamp();
            }
        }
    }

    /// <returns>Where it got to, and how many events that was.</returns>
    private async Task<(FeedPosition At, int Count)> WritePageAsync(HttpContext http, FeedPosition at, CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        var rest = at.Event is null ? at : at with { Number = at.Number - 1 }; // the rest of a line that was begun comes first
        var entries = await db.FeedAfter(tenantId, rest).AsNoTracking().Take(PageSize).ToListAsync(ct);
        var count = 0;
        foreach (var (entry, e) in await reader.ReadAsync(db, [.. entries.Where(x => filter.CoreId is null || x.CoreId == filter.CoreId)], ct))
        {
            if (filter.Wants(e.Type) && !(entry.Number == at.Number && e.Index <= at.Event))
            {
                count++;
                Write(http.Response.BodyWriter, new(entry.Place, entry.Number, e.Index), EventView.Of(entry, e));
            }
        }

        return (entries.Count == 0 ? at : new(entries[^1].Place, entries[^1].Number), count);
    }

    private static void Write(IBufferWriter<byte> output, FeedPosition id, EventView e)
    {
        output.Write(Encoding.UTF8.GetBytes($"id: {id}\nevent: {e.Type}\ndata: "));
        output.Write(JsonSerializer.SerializeToUtf8Bytes(e, Json.Options));
        output.Write("\n\n"u8);
    }

    /// <summary>The caller may have lost the key, the permission or the tenant since.</summary>
    private async Task<Error?> RefusedAsync(HttpContext http)
    {
        if (!(await authenticator.AuthenticateAsync(http)).Succeeded(out var now, out var error))
        {
            return error;
        }

        return now.TenantId == caller.TenantId && now.May(Permissions.CoreView) ? null : AccessErrors.PermissionDenied.With($"This needs the permission '{Permissions.CoreView}'.");
    }

    private async Task<FeedPosition> EndAsync(CancellationToken ct)
    {
        await using var scope = Enter(out var db);
        return await db.FeedEndAsync(ct);
    }

    private AsyncServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }
}
