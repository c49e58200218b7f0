using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Events;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Features.Webhooks;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Takes rows that must not be lost but need not be in the database before a caller is answered. Each is appended to a file first, which
/// outlives the process, and reaches the database in batches; a file that a killed process left is brought in at the next start.
/// Writing a row twice is writing it once.
/// </summary>
internal sealed partial class WriteBehind(ServerOptions options, WebhookDirectory webhooks, IServiceScopeFactory scopes, FeedSignal feed, TimeProvider clock, ILogger<WriteBehind> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>While the database is away, rows beyond these wait in their file alone.</summary>
    private const int MostRowsInMemory = 20_000;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    private readonly string _folder = Path.Combine(options.DataDir, "write-behind");
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _flushing = new(1);
    private Batch? _filling, _flushed;

    public void Append(UsageRecord row) => Append(new Line(row, null));

    public void Append(Run row) => Append(new Line(null, row));

    /// <summary>Brings everything that was appended so far into the database.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _flushing.WaitAsync(ct);
        try
        {
            await InsertAsync(_flushed, ct); // what a flush before this one had to leave
            lock (_lock)
            {
                (_filling, _flushed) = (_flushed, _filling);
            }

            await InsertAsync(_flushed, ct);
        }
        finally
        {
            _flushing.Release();
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        foreach (var path in Directory.EnumerateFiles(_folder, "*.ndjson").Order(StringComparer.Ordinal))
        {
            if (Segment.ReadAbandoned(path) is { } lines)
            {
                await BringInAsync(path, lines, cancellationToken);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        lock (_lock) // it is disposed twice: as itself, and as a hosted service
        {
            _filling?.Dispose();
            _flushed?.Dispose();
            (_filling, _flushed) = (null, null);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await TryFlushAsync(stoppingToken);
        }
    }

    private void Append(Line line)
    {
        using var bytes = new PooledBuffer(1024);
        var json = t_writer ??= new(bytes);
        json.Reset(bytes);
        line.WriteTo(json);
        json.Flush();

        lock (_lock)
        {
            (_filling ??= new(_folder)).Append(bytes.Written.Span, line);
        }
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogBehind(logger, e); // the files keep what the database did not take
        }
    }

    /// <summary>A file that holds what this version cannot read is put aside: it keeps neither the server from starting nor its rows from being looked at.</summary>
    private async Task BringInAsync(string path, byte[][] lines, CancellationToken ct)
    {
        var (rows, unreadable) = (new List<Line>(lines.Length), 0);
        foreach (var line in lines)
        {
            try
            {
                rows.Add(JsonSerializer.Deserialize<Line>(line, Json.Options));
            }
            catch (JsonException)
            {
                unreadable += line is [0, ..] ? 0 : 1; // zeros: the process died while it forgot rows that the database had
            }
        }

        await InsertAsync(rows, ct);
        if (unreadable == 0)
        {
            File.Delete(path);
        }
        else
        {
            File.Move(path, path + ".unreadable", overwrite: true);
            LogUnreadable(logger, unreadable, path);
        }
    }

    private async Task InsertAsync(Batch? batch, CancellationToken ct)
    {
        if (batch is { IsEmpty: false })
        {
            await InsertAsync(batch.Rows ?? Parse(batch.Segment.Lines()), ct);
            batch.Clear();
        }
    }

    private async Task InsertAsync(IReadOnlyList<Line> lines, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        List<UsageRecord> calls = [.. lines.Select(l => l.Usage).OfType<UsageRecord>()];
        await BulkInsert.InsertNewAsync(db, calls, [], ct);
        await BulkInsert.InsertNewAsync(db, webhooks.Of(calls), [], ct);
        List<Run> runs = [.. lines.Select(l => l.Run).OfType<Run>()];
        List<FeedEntry> entries = [.. runs.Select(r => FeedEntry.Of(r, 0, feed.Now)).OfType<FeedEntry>()];
        await BulkInsert.InsertNewAsync(db, runs, entries, ct);
        feed.Told(entries);
    }

    private static List<Line> Parse(byte[][] lines) => [.. lines.Select(l => JsonSerializer.Deserialize<Line>(l, Json.Options))];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Usage and run records wait in files for the database.")]
    private static partial void LogBehind(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Lines} lines of {File} are no rows that this version knows; the file is kept as '.unreadable'.")]
    private static partial void LogUnreadable(ILogger logger, int lines, string file);

    /// <summary>One of the two.</summary>
    private readonly record struct Line(UsageRecord? Usage, Run? Run)
    {
        public void WriteTo(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            if (Usage is not null)
            {
                json.WritePropertyName("usage"u8);
                Usage.WriteTo(json);
            }
            else
            {
                json.WritePropertyName("run"u8);
                JsonSerializer.Serialize(json, Run, Json.Options);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Rows on their way: in a file, and in memory while they are few.</summary>
    private sealed class Batch(string folder) : IDisposable
    {
        public Segment Segment { get; } = new(Path.Combine(folder, $"{Guid.CreateVersion7()}.ndjson"));

        /// <summary>Null when there are more than are kept in memory.</summary>
        public List<Line>? Rows { get; private set; } = [];

        public bool IsEmpty => Rows is { Count: 0 };

        public void Append(ReadOnlySpan<byte> json, Line line)
        {
            Segment.Append(json);
            Rows = Rows?.Count < MostRowsInMemory ? Rows : null;
            Rows?.Add(line);
        }

        public void Clear()
        {
            Segment.Clear();
            Rows = [];
        }

        public void Dispose() => Segment.Dispose();
    }
}
