using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Runs;

/// <summary>Saves of many runs become one transaction, and each is told for itself what became of it.</summary>
public sealed class RunWriterTests(World world)
{
    private readonly IdSource _ids = world.Server.Services.GetRequiredService<IdSource>();
    private readonly RunWriter _writer = world.Server.Services.GetRequiredService<RunWriter>();

    [Fact]
    public async Task What_is_saved_is_what_is_read()
    {
        var run = NewRun("in");
        Assert.True(await _writer.InsertAsync(run));
        (run.Status, run.Output, run.History, run.Owner, run.FinishedAt) = (RunState.Suspended, "out", [1, 2, 3], new("rep_1"), DateTimeOffset.UnixEpoch.AddDays(20_000));
        (run.Pending, run.ErrorMessage) = (Value.Array([1, 2]), "nul \0 and 'quotes'");

        Assert.True(await _writer.UpdateAsync(run, 0));

        var row = await RowAsync(run.Id);
        Assert.Equal((RunState.Suspended, (Value)"in", (Value)"out", 1), (row!.Status, row.Input, row.Output, row.Version));
        Assert.Equal((run.Owner, run.FinishedAt, run.StartedAt), (row.Owner, row.FinishedAt, row.StartedAt));
        Assert.Equal([1, 2, 3], row.History);
        Assert.Equal((run.Pending, "nul \uFFFD and 'quotes'", 1), (row.Pending, row.ErrorMessage, run.Version));
        Assert.Null(row.CallKey);
    }

    [Fact]
    public async Task A_row_that_somebody_else_changed_is_left_as_it_is_and_the_others_are_saved()
    {
        var runs = Enumerable.Range(0, 50).Select(_ => NewRun("in")).ToList();
        Assert.All(await Task.WhenAll(runs.Select(_writer.InsertAsync)), Assert.True);
        await world.Server.WithDbAsync(async db =>
        {
            (await db.Runs.SingleAsync(r => r.Id == runs[7].Id)).Output = "theirs";
            return await db.SaveChangesAsync();
        });
        runs.ForEach(r => r.Output = "mine");

        var saved = await Task.WhenAll(runs.Select(r => _writer.UpdateAsync(r, 0)));

        Assert.Equal(7, Assert.Single(saved.Index(), s => !s.Item).Index);
        Assert.Equal("theirs", (await RowAsync(runs[7].Id))!.Output);
        Assert.Equal((Value)"mine", (await RowAsync(runs[8].Id))!.Output);
        Assert.Equal((0, 1), (runs[7].Version, runs[8].Version));
    }

    [Fact]
    public async Task A_run_for_a_call_that_has_one_is_not_stored()
    {
        var key = _ids.New("key");
        Assert.True(await _writer.InsertAsync(NewRun("first", key)));
        var second = NewRun("second", key);

        Assert.False(await _writer.InsertAsync(second));

        Assert.Null(await RowAsync(second.Id));
    }

    [Fact]
    public async Task A_row_that_the_database_refuses_takes_no_other_with_it()
    {
        var runs = Enumerable.Range(0, 20).Select(_ => NewRun("in")).ToList();
        runs[3].Steps = null!;

        var saves = runs.Select(_writer.InsertAsync).ToList();

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => saves[3]);
        Assert.All(await Task.WhenAll(saves.Where((_, i) => i != 3)), Assert.True);
        Assert.Null(await RowAsync(runs[3].Id));
    }

    [Fact]
    public async Task A_batch_that_ends_in_a_deadlock_is_saved_again()
    {
        Assert.SkipUnless(TestServer.OnPostgres, "SQLite has one writer.");
        var ct = TestContext.Current.CancellationToken;
        List<Run> runs = [NewRun("a"), NewRun("b")];
        Assert.All(await Task.WhenAll(runs.Select(_writer.InsertAsync)), Assert.True);
        runs.ForEach(r => r.Output = "saved");

        var saved = await world.Server.WithDbAsync(async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            await TouchAsync(runs[1]);
            var save = world.Server.WithDbAsync(other => BulkSave.SaveAsync(other, [], runs, [], ct)); // takes the first, waits for the second
            await Eventually.BecomesAsync(async () => await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()").SingleAsync(ct), waiting => waiting > 0);
            await TouchAsync(runs[0]);
            await transaction.CommitAsync(ct);
            return await save;

            Task<int> TouchAsync(Run run) => db.Runs.Where(r => r.TenantId == run.TenantId && r.Id == run.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.AwaitsTurn, false), ct);
        });

        Assert.Equal(2, saved.Count);
        Assert.Equal((Value)"saved", (await RowAsync(runs[0].Id))!.Output);
    }

    [Fact]
    public async Task Saves_of_one_run_are_saved_one_after_the_other()
    {
        var run = NewRun("in");

        Assert.True((await Task.WhenAll(_writer.InsertAsync(run), _writer.UpdateAsync(run, 0)))[1]);

        Assert.Equal(1, (await RowAsync(run.Id))!.Version);
    }

    private Run NewRun(string input, string? callKey = null) => new()
    {
        Id = _ids.New<Run>(),
        TenantId = new Id<Tenant>("tnt_writer"),
        CoreId = new("core_1"),
        ProgramDigest = "x",
        FlowName = "f",
        Trigger = RunTrigger.Api,
        StartedBy = new("usr_1"),
        StartedAt = DateTimeOffset.UnixEpoch.AddDays(19_000),
        Input = input,
        CallKey = callKey,
        Status = RunState.Suspended, // nobody is to take it up
    };

    private Task<Run?> RowAsync(Id<Run> id) => world.Server.WithDbAsync(db => db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id));
}
