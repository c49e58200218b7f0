using System.Data.Common;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>
/// Saves the rows of runs that are executed here. What is asked for while a save waits for the disk is saved with the next one: a thousand
/// runs a second need not make the disk wait a thousand times.
/// </summary>
internal sealed class RunWriter(IServiceScopeFactory scopes, ServerOptions options, FeedSignal feed)
{
    private const int MostAtOnce = 200;

    /// <summary>While one batch waits for PostgreSQL's disk the next is on its way. SQLite has one writer, whoever asks.</summary>
    private readonly int _mostInFlight = options.Database.Provider == "postgres" ? 2 : 1;

    private readonly Lock _lock = new();
    private readonly List<Save> _waiting = [];

    /// <summary>The runs in batches on their way: two saves of one run never are at once.</summary>
    private readonly HashSet<Id<Run>> _busy = [];

    private int _inFlight;

    /// <returns>False when there is such a row already.</returns>
    public Task<bool> InsertAsync(Run run) => SaveAsync(new(run, IsNew: true, 0));

    /// <summary>Saves what can change about a run, and counts its version up.</summary>
    /// <param name="told">How many of its events its row told of before.</param>
    /// <returns>False when the row is not as the run was read: somebody else has changed it.</returns>
    public async Task<bool> UpdateAsync(Run run, int told)
    {
        var saved = await SaveAsync(new(run, IsNew: false, told));
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
            _waiting.Add(save);
            if (_inFlight < _mostInFlight)
            {
                _inFlight++;
                _ = Task.Run(WriteAsync);
            }
        }

        return save.Done.Task;
    }

    private async Task WriteAsync()
    {
        for (var batch = Next([]); batch.Count > 0; batch = Next(batch))
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
        var now = feed.Now;
        var entries = batch.Select(s => FeedEntry.Of(s.Run, s.Told, now)).OfType<FeedEntry>().ToList();
        var saved = await BulkSave.SaveAsync(
            scope.ServiceProvider.GetRequiredService<Db>(), [.. batch.Where(s => s.IsNew).Select(s => s.Run)], [.. batch.Where(s => !s.IsNew).Select(s => s.Run)], entries, CancellationToken.None);
        feed.Told(entries);
        batch.ForEach(save => save.Done.TrySetResult(saved.Contains(save.Run)));
    }

    /// <param name="done">The batch that is not on its way any longer.</param>
    /// <returns>Empty when there is nothing more to do for who asks.</returns>
    private List<Save> Next(List<Save> done)
    {
        lock (_lock)
        {
            _busy.ExceptWith(done.Select(save => save.Run.Id));
            var batch = new List<Save>(Math.Min(_waiting.Count, MostAtOnce));
            _waiting.RemoveAll(save =>
            {
                var taken = batch.Count < MostAtOnce && _busy.Add(save.Run.Id); // whoever writes the run's earlier save looks again after it
                if (taken)
                {
                    batch.Add(save);
                }

                return taken;
            });
            _inFlight -= batch.Count == 0 ? 1 : 0;
            return batch;
        }
    }

    /// <param name="Told">How many of the run's events were told of before.</param>
    private sealed record Save(Run Run, bool IsNew, int Told)
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
