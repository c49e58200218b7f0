using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Storage;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Executes runs and keeps what becomes of them. A run for a waiting caller that never waits itself touches no database before it is answered:
/// its record is written behind. One that suspends is kept before anybody hears of it.
/// </summary>
internal sealed class Executor(IServiceScopeFactory scopes, IObjectStore objects, RunModels models, WriteBehind writeBehind, IdSource ids, TimeProvider clock)
{
    /// <summary>Begins a run that nobody has stored, and executes it until it ends or waits.</summary>
    /// <param name="left">Cancelled when the caller, for whom alone it runs, has gone.</param>
    public async Task<RunResult> RunAsync(LoadedCore core, Run run, RunOrder order, CancellationToken left)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(left);
        limit.CancelAfter(core.MaxDuration);
        var host = new RunHost(run, order.Caller, order.Depth, models, ids, clock);
        var result = await Engine.RunAsync(core.Program, StartOf(run, core.Config), host, limit.Token);
        run.Take(result, clock.GetUtcNow());
        if (result.Status == RunStatus.Suspended)
        {
            await KeepAsync(run, result, core.Program.Manifest.Source, CancellationToken.None);
        }
        else
        {
            writeBehind.Append(run);
        }

        return result;
    }

    public static RunStart StartOf(Run run, Value config) => new(run.Id.Value, run.FlowName, run.Input, config, run.InstanceKey, Value.EmptyObject);

    public IRunHost HostFor(Run run, Principal caller) => new RunHost(run, caller, 0, models, ids, clock);

    /// <summary>
    /// Stores the history before the row that names it, under its digest: whoever executes the run again after a crash in between makes
    /// another history, with other checkpoints, and must not be given the first one.
    /// </summary>
    public async Task<string> StoreHistoryAsync(Run run, RunHistory history, CancellationToken ct)
    {
        var json = Encoding.UTF8.GetBytes(history.ToJson());
        var key = ObjectKey.Of("runs", run.TenantId.Value, run.Id.Value, $"{history.Events.Count}-{Convert.ToHexStringLower(SHA256.HashData(json))}.json");
        await objects.PutIfAbsentAsync(key, json, ct);
        return key.Value;
    }

    public async Task<RunHistory?> ReadHistoryAsync(string key, CancellationToken ct) =>
        await objects.GetAsync(ObjectKey.Parse(key, null), ct) is { } bytes && RunHistory.TryParse(Encoding.UTF8.GetString(bytes), out var history, out _) ? history : null;

    private async Task KeepAsync(Run run, RunResult result, Value source, CancellationToken ct)
    {
        run.HistoryKey = await StoreHistoryAsync(run, result.History, ct);
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().Enter(run.TenantId);
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await db.RetryOnConflictAsync(async () =>
        {
            await AddProgramAsync(db, run, source, ct);
            db.Runs.Add(run);
            db.Checkpoints.AddRange(result.Checkpoints.Select(c => Checkpoint.Open(run, c)));
            return await db.SaveChangesAsync(ct);
        });
    }

    /// <summary>Keeps the program that a run began with, as part of the caller's save.</summary>
    public static async Task AddProgramAsync(Db db, Run run, Value source, CancellationToken ct)
    {
        if (!await db.Programs.AnyAsync(p => p.Digest == run.ProgramDigest, ct))
        {
            db.Programs.Add(new() { TenantId = run.TenantId, Digest = run.ProgramDigest, Source = source });
        }
    }
}
