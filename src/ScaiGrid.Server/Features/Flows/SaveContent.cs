using System.Text;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Flows;

/// <summary>Gives a flow new content, as part of the caller's save: the object first, then the rows that name it.</summary>
internal static class SaveContent
{
    /// <summary>A new flow's first content.</summary>
    public static Task FirstAsync(Db db, IObjectStore objects, Flow flow, Value content, DateTimeOffset now, CancellationToken ct) =>
        StoreAsync(db, objects, flow, content, FlowContent.FirstVersionOf(content), flow.OwnerId, now, ct);

    /// <returns>False, and nothing is done, when the flow holds that content already.</returns>
    public static async Task<bool> NextAsync(Db db, IObjectStore objects, Flow flow, Value content, Id<User> author, DateTimeOffset now, CancellationToken ct)
    {
        if (FlowContent.DigestOf(content) == flow.ContentDigest)
        {
            return false;
        }

        await StoreAsync(db, objects, flow, content, flow.ContentVersion.Next(), author, now, ct);
        return true;
    }

    private static async Task StoreAsync(Db db, IObjectStore objects, Flow flow, Value content, SemVer version, Id<User> author, DateTimeOffset now, CancellationToken ct)
    {
        // A key that is taken by other content belongs to a save that is under way, or that died before its rows were saved: its version is left out.
        byte[] bytes;
        for (bytes = BytesOf(flow, content, version); !await KeepAsync(objects, FlowContent.KeyOf(flow.TenantId, flow.Id, version), bytes, ct); bytes = BytesOf(flow, content, version))
        {
            version = version.Next();
        }

        // Asked while the sweeper must wait: an object that was found here, or put by a process that was frozen since, may have been removed meanwhile.
        var key = FlowContent.KeyOf(flow.TenantId, flow.Id, version);
        db.Requires(cancel => objects.ExistsAsync(key, cancel));
        var row = new FlowVersion
        {
            TenantId = flow.TenantId,
            FlowId = flow.Id,
            Sequence = flow.ContentSequence + 1,
            Version = version,
            ContentKey = key.Value,
            ContentDigest = FlowContent.DigestOf(content),
            Bytes = bytes.Length,
            CreatedBy = author,
            CreatedAt = now,
        };
        db.FlowVersions.Add(row);
        flow.Take(row);
    }

    private static byte[] BytesOf(Flow flow, Value content, SemVer version) => Encoding.UTF8.GetBytes(FlowContent.Stamp(content, flow.Id, version).ToJson());

    private static async Task<bool> KeepAsync(IObjectStore objects, ObjectKey key, byte[] bytes, CancellationToken ct) =>
        await objects.PutIfAbsentAsync(key, bytes, ct) || (await objects.GetAsync(key, ct)).AsSpan().SequenceEqual(bytes);
}
