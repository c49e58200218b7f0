using System.Data.Common;
using ScaiGrid.Server.Data;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Saves the rows of runs that are executed here. What is asked for while a save waits for the disk is saved with the next one: a thousand
/// runs a second need not make the disk wait a thousand times.
/// </summary>
internal sealed class RunWriter(IServiceScopeFactory scopes)
{
    private const int MostAtOnce = 200;

    private readonly Lock _lock = new();
    private readonly Queue<Save> _waiting = new();
    private bool _writing;

    /// <returns>False when there is such a row already.</returns>
    public Task<bool> InsertAsync(Run run) => SaveAsync(new(run, IsNew: true));

    /// <summary>Saves what can change about a run, and counts its version up.</summary>
    /// <returns>False when the row is not as the run was read: somebody else has changed it.</returns>
    public async Task<bool> UpdateAsync(Run run)
    {
        var saved = await SaveAsync(new(run, IsNew: false));
        if (saved)
        {
            run.Saved();
        }

        return saved;
    }

    private Task<bool> SaveAsync(Save save)
    {
        lock (_lock)
        {
            _waiting.Enqueue(save);
            if (!_writing)
            {
                _writing = true;
                _ = Task.Run(WriteAsync);
            }
        }

        return save.Done.Task;
    }

    private async Task WriteAsync()
    {
        while (Next() is { Count: > 0 } batch)
        {
            try
            {
                await WriteAsync(batch);
            }
            catch (DbException e) when (batch.Count > 1 && !e.IsTransient)
            {
                foreach (var save in batch)
                {
                    await WriteAloneAsync(save); // one that the database refuses must not take the others with it
                }
            }
            catch (Exception e)
            {
                batch.ForEach(save => save.Done.TrySetException(e));
            }
        }
    }

    private async Task WriteAloneAsync(Save save)
    {
        try
        {
            await WriteAsync([save]);
        }
        catch (Exception e)
        {
            save.Done.TrySetException(e);
        }
    }

    private async Task WriteAsync(List<Save> batch)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var saved = await BulkSave.SaveAsync(
            scope.ServiceProvider.GetRequiredService<Db>(), [.. batch.Where(s => s.IsNew).Select(s => s.Run)], [.. batch.Where(s => !s.IsNew).Select(s => s.Run)], CancellationToken.None);
        batch.ForEach(save => save.Done.TrySetResult(saved.Contains(save.Run)));
    }

    private List<Save> Next()
    {
        lock (_lock)
        {
            var batch = new List<Save>(Math.Min(_waiting.Count, MostAtOnce));
            while (batch.Count < MostAtOnce && _waiting.TryDequeue(out var save))
            {
                batch.Add(save);
            }

            _writing = batch.Count > 0;
            return batch;
        }
    }

    private sealed record Save(Run Run, bool IsNew)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
