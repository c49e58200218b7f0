using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Audit;

/// <summary>Chains lines to the end of their streams, and recomputes the chain to verify it.</summary>
internal static class AuditChain
{
    /// <summary>Adds the lines within the caller's transaction, which the stream's lock is held for.</summary>
    public static async Task AppendAsync(Db db, IReadOnlyList<AuditEntry> entries, CancellationToken ct)
    {
        foreach (var stream in entries.GroupBy(e => e.Stream).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var head = await db.LockAuditHead(stream.Key).SingleOrDefaultAsync(ct)
                ?? db.Add(new AuditHead { Stream = stream.Key }).Entity;
            foreach (var entry in stream)
            {
                entry.Sequence = ++head.Sequence;
                entry.PrevHash = head.Hash;
                entry.Hash = head.Hash = HashOf(entry);
                db.Add(entry);
            }
        }
    }

    /// <summary>SHA-256 over the line's fields as a JSON array, the hash before it among them.</summary>
    public static string HashOf(AuditEntry e) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new object?[]
    {
        e.Stream, e.Sequence, e.Id, e.Timestamp.ToUnixTimeMilliseconds(), e.Action, e.ActorId, e.ActorEmail, e.ActorType, e.ResourceType, e.ResourceId,
        e.IpAddress, e.UserAgent, e.RequestId, e.Status, e.ErrorCode, e.BeforeDigest, e.AfterDigest, e.PrevHash,
    }, Json.Options)));
}
