using System.Text.Json;
using ScaiGrid.Server.Features.Accounting;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Takes rows that must not be lost but need not be in the database before a caller is answered. Each is appended to a file first, which
/// outlives the process, and reaches the database in batches; a file that a killed process left is brought in at the next start.
/// Writing a row twice is writing it once.
/// </summary>
internal sealed partial class WriteBehind(ServerOptions options, IServiceScopeFactory scopes, TimeProvider clock, ILogger<WriteBehind> logger) : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly string _folder = Path.Combine(options.DataDir, "write-behind");
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _flushing = new(1);
    private readonly Queue<string> _left = new();
    private Segment? _segment;

    /// <summary>Rows that are in no database yet.</summary>
    public int Lag { get; private set; }

    public void Append(UsageRecord row) => Append(new Line(row, null));

    public void Append(Run row) => Append(new Line(null, row));

    /// <summary>Brings everything that was appended so far into the database.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _flushing.WaitAsync(ct);
        try
        {
            Segment? segment;
            lock (_lock)
            {
                (segment, _segment, Lag) = (_segment, null, 0);
            }

            if (segment is not null)
            {
                segment.Dispose();
                _left.Enqueue(segment.Path);
                await InsertAsync(segment.Lines, ct);
                File.Delete(_left.Dequeue());
            }

            while (_left.TryPeek(out var path))
            {
                await InsertAsync(await ReadAsync(path, ct), ct);
                File.Delete(_left.Dequeue());
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        foreach (var path in Directory.EnumerateFiles(_folder, "*.ndjson").Order(StringComparer.Ordinal).Where(Segment.IsAbandoned))
        {
            _left.Enqueue(path);
        }

        await FlushAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
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
        var json = JsonSerializer.SerializeToUtf8Bytes(line, Json.Options);
        lock (_lock)
        {
            (_segment ??= new(_folder)).Append(json, line);
            Lag++;
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
            LogBehind(logger, _left.Count, e); // the files keep what the database did not take
        }
    }

    private async Task InsertAsync(List<Line> lines, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        var db = scope.ServiceProvider.GetRequiredService<Db>();
        await BulkInsert.InsertNewAsync(db, [.. lines.Select(l => l.Usage).OfType<UsageRecord>()], ct);
        await BulkInsert.InsertNewAsync(db, [.. lines.Select(l => l.Run).OfType<Run>()], ct);
    }

    private static async Task<List<Line>> ReadAsync(string path, CancellationToken ct)
    {
        var lines = new List<Line>();
        await foreach (var text in File.ReadLinesAsync(path, ct))
        {
            try
            {
                lines.Add(JsonSerializer.Deserialize<Line>(text, Json.Options)!);
            }
            catch (JsonException)
            {
                break; // the process died while it wrote this line, so nobody was answered for it
            }
        }

        return lines;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Files} files of usage and run records wait for the database.")]
    private static partial void LogBehind(ILogger logger, int files, Exception exception);

    private sealed record Line(UsageRecord? Usage, Run? Run);

    /// <summary>One file, and its rows while they are young enough to be in memory.</summary>
    private sealed class Segment(string folder) : IDisposable
    {
        private readonly FileStream _file = new(
            System.IO.Path.Combine(folder, $"{Guid.CreateVersion7()}.ndjson"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);

        public string Path => _file.Name;

        public List<Line> Lines { get; } = [];

        /// <summary>A living writer locks its file, so that two processes can share a folder.</summary>
        public static bool IsAbandoned(string path)
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        public void Append(byte[] json, Line line)
        {
            Span<byte> ended = json.Length < 2048 ? stackalloc byte[json.Length + 1] : new byte[json.Length + 1];
            json.CopyTo(ended);
            ended[^1] = (byte)'\n';
            _file.Write(ended); // one call, so that a line is whole or cut at its end
            Lines.Add(line);
        }

        public void Dispose() => _file.Dispose();
    }
}
