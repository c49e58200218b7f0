using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Keeps the histories of runs that are not over: a small one in the run's row, a large one in an object. They are sealed, because a history
/// holds the Core's configuration in the clear.
/// </summary>
internal sealed class RunHistories(IObjectStore objects, IDataProtectionProvider protection)
{
    private const int MostInRow = 32 * 1024;

    private readonly IDataProtector _protector = protection.CreateProtector("run.history");

    /// <summary>Told to the run, whose row the caller saves.</summary>
    public async Task KeepAsync(Run run, RunHistory history, CancellationToken ct)
    {
        var content = _protector.Protect(Encoding.UTF8.GetBytes(history.ToJson()));
        if (content.Length <= MostInRow)
        {
            (run.History, run.HistoryKey) = (content, null);
            return;
        }

        // Under its digest: whoever executes the run again after a crash in between makes another history, and must not be given this one.
        var key = ObjectKey.Of("runs", run.TenantId.Value, run.Id.Value, $"{history.Events.Count}-{Convert.ToHexStringLower(SHA256.HashData(content))}");
        await objects.PutIfAbsentAsync(key, content, ct);
        (run.History, run.HistoryKey) = (null, key.Value);
    }

    /// <returns>Null when it cannot be read.</returns>
    public async Task<RunHistory?> ReadAsync(Run run, CancellationToken ct)
    {
        var content = run.HistoryKey is { } key ? await objects.GetAsync(ObjectKey.Parse(key, null), ct) : run.History;
        try
        {
            return content is not null && RunHistory.TryParse(Encoding.UTF8.GetString(_protector.Unprotect(content)), out var history, out _) ? history : null;
        }
        catch (CryptographicException)
        {
            return null; // the key that sealed it is gone
        }
    }
}
