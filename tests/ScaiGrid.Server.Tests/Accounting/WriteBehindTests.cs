using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Accounting;

/// <summary>What was appended reaches the database once, whatever happens in between.</summary>
public sealed class WriteBehindTests : IAsyncDisposable
{
    private static readonly IdSource Ids = new(TimeProvider.System);

    private readonly World _world;
    private readonly string _tenant = Ids.New("tnt");
    private readonly string _folder = Directory.CreateTempSubdirectory("scaigrid-").FullName;
    private readonly Outage _database;

    public WriteBehindTests(World world) => (_world, _database) = (world, new(world.Server.Services.GetRequiredService<IServiceScopeFactory>()));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Files => Path.Combine(_folder, "write-behind");

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_row_is_as_it_was_after_its_way_through_the_file()
    {
        var usage = Usage(12.345678901234m);
        var run = new Run
        {
            Id = Ids.New<Run>(),
            TenantId = new(_tenant),
            CoreId = new("core_1"),
            ProgramDigest = "d",
            FlowName = "f",
            Trigger = RunTrigger.Chat,
            StartedBy = new("usr_1"),
            StartedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(7),
            FinishedAt = DateTimeOffset.UnixEpoch.AddSeconds(1),
            Status = RunState.Failed,
            Input = "in",
            Output = 1.5m,
            ErrorCode = new string('e', 100),
            ErrorMessage = "a\0b",
            InstanceKey = "k",
            PromptTokens = 3,
        };
        Abandon(w =>
        {
            w.Append(usage);
            w.Append(run);
        });

        (await StartedAsync()).Dispose();

        await _world.Server.WithDbAsync(async db =>
        {
            var row = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == run.Id);
            Assert.Equal((run.Input, run.Output, run.StartedAt, run.FinishedAt, run.Status, run.Trigger), (row.Input, row.Output, row.StartedAt, row.FinishedAt, row.Status, row.Trigger));
            Assert.Equal((new string('e', 64), "a\uFFFDb", "k", 3), (row.ErrorCode, row.ErrorMessage, row.InstanceKey, row.PromptTokens));
            var used = await db.Usage.AsNoTracking().SingleAsync(u => u.Id == usage.Id);
            Assert.Equal((12.345678901234m, usage.CreatedAt, usage.Model, null), (used.Cost, used.CreatedAt, used.Model, used.RunId));
            return 0;
        });
    }

    [Fact]
    public async Task What_a_process_left_behind_is_brought_in_at_the_next_start_once()
    {
        var file = Abandon(w => Append(w, 3));
        var copy = await File.ReadAllBytesAsync(file, Cancel);

        (await StartedAsync()).Dispose();
        Assert.Equal(3, await CountAsync());
        Assert.Empty(Directory.EnumerateFiles(Files));

        await File.WriteAllBytesAsync(file, copy, Cancel); // as if it had died before it deleted the file
        (await StartedAsync()).Dispose();
        Assert.Equal(3, await CountAsync());
    }

    [Fact]
    public async Task A_last_line_that_was_cut_is_ignored()
    {
        var file = Abandon(w => Append(w, 2));
        await File.AppendAllTextAsync(file, """{"usage":{"id":"use_c""", Cancel);

        (await StartedAsync()).Dispose();

        Assert.Equal(2, await CountAsync());
        Assert.Empty(Directory.EnumerateFiles(Files));
    }

    [Fact]
    public async Task A_line_that_this_version_does_not_know_keeps_its_file_and_hinders_no_other()
    {
        var file = Abandon(w => Append(w, 1));
        await File.AppendAllTextAsync(file, "{\"usage\":{\"id\":\"use_1\"}}\n", Cancel);
        Abandon(w => Append(w, 1));

        (await StartedAsync()).Dispose();

        Assert.Equal(2, await CountAsync());
        Assert.Equal(file + ".unreadable", Assert.Single(Directory.EnumerateFiles(Files)));
    }

    [Fact]
    public async Task A_process_that_died_while_it_forgot_rows_leaves_only_those_that_are_still_whole()
    {
        var file = Abandon(w => Append(w, 3));
        var bytes = await File.ReadAllBytesAsync(file, Cancel);
        bytes.AsSpan(0, bytes.Length / 2).Clear();
        await File.WriteAllBytesAsync(file, bytes, Cancel);

        (await StartedAsync()).Dispose();

        Assert.Equal(1, await CountAsync());
        Assert.Empty(Directory.EnumerateFiles(Files));
    }

    [Fact]
    public async Task An_outage_of_the_database_loses_nothing_however_often_it_is_tried()
    {
        using var writer = await StartedAsync();
        _database.IsDown = true;
        for (var i = 0; i < 3; i++)
        {
            Append(writer, 2);
            await Assert.ThrowsAsync<IOException>(() => writer.FlushAsync(Cancel));
        }

        Append(writer, 1);
        _database.IsDown = false;
        await writer.FlushAsync(Cancel);

        Assert.Equal(7, await CountAsync());
        writer.Dispose();
        Assert.Empty(Directory.EnumerateFiles(Files));
    }

    [Fact]
    public async Task A_file_that_is_being_written_is_left_to_its_writer()
    {
        using var writer = await StartedAsync();
        Append(writer, 1);

        (await StartedAsync()).Dispose();

        Assert.Equal(0, await CountAsync());
        await writer.FlushAsync(Cancel);
        Assert.Equal(1, await CountAsync());
    }

    [Fact]
    public async Task Many_writers_and_flushes_at_once_lose_and_double_nothing()
    {
        using var writer = await StartedAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            for (var n = 0; n < 50; n++)
            {
                Append(writer, 1);
                if (n % 10 == i)
                {
                    await writer.FlushAsync(Cancel);
                }
            }
        }, Cancel)));
        await writer.FlushAsync(Cancel);

        Assert.Equal(400, await CountAsync());
    }

    private void Append(WriteBehind writer, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            writer.Append(Usage(0));
        }
    }

    /// <summary>A writer that ended without the database having taken anything.</summary>
    /// <returns>Its file.</returns>
    private string Abandon(Action<WriteBehind> append)
    {
        Directory.CreateDirectory(Files);
        var before = Directory.GetFiles(Files);
        using (var writer = NewWriter())
        {
            append(writer);
        }

        return Assert.Single(Directory.GetFiles(Files).Except(before));
    }

    private async Task<WriteBehind> StartedAsync()
    {
        var writer = NewWriter();
        await writer.StartAsync(Cancel);
        await writer.StopAsync(Cancel); // its clock; what is appended from here on is flushed by the test
        return writer;
    }

    private WriteBehind NewWriter() => new(new() { DataDir = _folder }, _world.Server.Services.GetRequiredService<WebhookDirectory>(), _database, new(TimeProvider.System), TimeProvider.System, NullLogger<WriteBehind>.Instance);

    private Task<int> CountAsync() => _world.Server.WithDbAsync(db => db.Usage.CountAsync(u => u.TenantId == _tenant));

    private UsageRecord Usage(decimal cost) => new()
    {
        Id = Ids.New("use"),
        TenantId = _tenant,
        UserId = "usr_1",
        RequestId = "req_1",
        Model = "a/b",
        Cost = cost,
        CreatedAt = DateTimeOffset.UnixEpoch.AddMilliseconds(1234),
    };

    private sealed class Outage(IServiceScopeFactory scopes) : IServiceScopeFactory
    {
        public bool IsDown { get; set; }

        public IServiceScope CreateScope() => IsDown ? throw new IOException("The database is not there.") : scopes.CreateScope();
    }
}
