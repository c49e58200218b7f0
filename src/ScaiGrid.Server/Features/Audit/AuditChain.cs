using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>Chains lines to the end of their streams, and recomputes the chain to verify it.</summary>
internal static class AuditChain
{
    /// <summary>Adds the lines within the caller's transaction, which holds the lock of each stream until it ends.</summary>
    public static async Task AppendAsync(Db db, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        foreach (var stream in entries.GroupBy(e => e.Stream).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var head = await HeadAsync(db, stream.Key, ct);
            foreach (var entry in stream)
            {
                entry.Sequence = ++head.Sequence;
                entry.PrevHash = head.Hash;
                entry.Hash = head.Hash = HashOf(entry);
                db.Add(entry);
            }

            await db.Database.ExecuteSqlAsync($"UPDATE audit_heads SET sequence = {head.Sequence}, hash = {head.Hash} WHERE stream = {stream.Key}", ct);
        }
    }

    /// <summary>The stream's end, locked; never the one that an earlier save of this context saw.</summary>
    private static async Task<AuditHead> HeadAsync(Db db, string stream, CancellationToken ct)
    {
        if (await db.LockAuditHead(stream).AsNoTracking().SingleOrDefaultAsync(ct) is { } head)
        {
            return head;
        }

        // A stream's first two writers both find no head: whoever inserts second waits for the first and goes on with its head.
        await db.Database.ExecuteSqlAsync($"INSERT INTO audit_heads (stream, sequence, hash) VALUES ({stream}, 0, '') ON CONFLICT DO NOTHING", ct);
        return await db.LockAuditHead(stream).AsNoTracking().SingleAsync(ct);
    }

    /// <summary>SHA-256 over the line's fields as a JSON array, the hash before it among them.</summary>
    public static string HashOf(AuditEntry e) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new object?[]
    {
        e.Stream, e.Sequence, e.Id, e.Timestamp.ToUnixTimeMilliseconds(), e.Action, e.ActorId, e.ActorEmail, e.ActorType, e.ResourceType, e.ResourceId,
        e.IpAddress, e.UserAgent, e.RequestId, e.Status, e.ErrorCode, e.BeforeDigest, e.AfterDigest, e.PrevHash,
    }, Json.Options)));
}
