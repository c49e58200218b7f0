using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary><c>./build.sh demo</c>, as somebody runs it who has just cloned the repository.</summary>
public sealed partial class DemoTests
{
    private static readonly TimeSpan BuildPatience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_demo_answers_prints_calls_that_work_and_stops_at_an_interrupt()
    {
        var folder = Directory.CreateTempSubdirectory("scaigrid-demo-");
        try
        {
            foreach (var _ in (int[])[1, 2]) // the second one finds what the first one made
            {
                await using var demo = Child.Start(Repository.PathOf("build.sh"), ["demo", "--port", FreePort(), "--data", folder.FullName]);
                var output = await demo.SaysAsync("Ctrl-C", BuildPatience);

                Assert.Contains("Approved: 42 is within the limit of 100.", output, StringComparison.Ordinal);
                var calls = ReadyCall().Matches(output).Select(m => m.Value).ToList();
                Assert.Equal(2, calls.Count);
                Assert.Contains("Approved: 42", await Child.RunAsync("bash", ["-c", calls[0]]), StringComparison.Ordinal);
                Assert.Contains("\"status\":\"resolved\"", await Child.RunAsync("bash", ["-c", calls[1]]), StringComparison.Ordinal);

                demo.SendInterrupt();
                Assert.Equal(0, await demo.ExitAsync(TimeSpan.FromMinutes(1)));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_demo_says_when_its_port_is_taken()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var demo = Child.Start(Repository.PathOf("build.sh"), ["demo", "--port", $"{port}"]);

        Assert.Equal(1, await demo.ExitAsync(TimeSpan.FromMinutes(1)));

        Assert.Contains($"Port {port} is in use", demo.Output, StringComparison.Ordinal);
    }

    private static string FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return $"{((IPEndPoint)probe.LocalEndpoint).Port}";
    }

    /// <summary>A command to copy: a line that begins with curl and those that it goes on with.</summary>
    [GeneratedRegex(@"^ *curl .*(?:(?<=\\)\n.*)*", RegexOptions.Multiline)]
    private static partial Regex ReadyCall();
}
