using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>A process that a test started: what it said, and the signals that it gets. It never outlives the test.</summary>
internal sealed partial class Child : IAsyncDisposable
{
    private const int Interrupt = 2, Terminate = 15, Continue = 18, Stop = 19;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _exit;

    private Child(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _exit = process.WaitForExitAsync();
    }

    public int Id => _process.Id;

    /// <summary>Everything that it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public bool HasExited => _exit.IsCompleted;

    public static Child Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new(new() { StartInfo = start });
    }

    /// <summary>Runs a program to its end, which must be a good one.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var child = Start(program, arguments, environment);
        var code = await child.ExitAsync(TimeSpan.FromMinutes(2));
        Assert.True(code == 0, $"{program} ended with {code}:\n{child.Output}");
        return child.Output;
    }

    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan patience)
    {
        await _exit.WaitAsync(patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    /// <summary>As Ctrl-C does.</summary>
    public void SendInterrupt() => Send(Interrupt);

    /// <summary>As a service manager does.</summary>
    public void SendTerminate() => Send(Terminate);

    /// <summary>SIGSTOP: it stands still, without a chance to prepare for it.</summary>
    public void Freeze() => Send(Stop);

    /// <summary>SIGCONT: it goes on where it stood.</summary>
    public void Thaw() => Send(Continue);

    /// <summary>SIGKILL: not one more instruction.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _exit;
    }

    /// <summary>Waits until it has written something that holds the text.</summary>
    public async Task<string> SaysAsync(string text, TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(HasExited, $"It ended before it said '{text}':\n{Output}");
            Assert.False(limit.IsCancellationRequested, $"It did not say '{text}' in {patience}:\n{Output}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), CancellationToken.None);
        }

        return Output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _exit;
        }

        _process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    private void Send(int signal) => Assert.Equal(0, Kill(_process.Id, signal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
