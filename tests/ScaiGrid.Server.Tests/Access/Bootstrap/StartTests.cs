using System.Diagnostics;

namespace ScaiGrid.Server.Tests.Access.Bootstrap;

public sealed class StartTests
{
    [Fact]
    public async Task A_faulty_file_refuses_the_start_with_every_problem()
    {
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("scaigrid-").FullName;
        try
        {
            var file = Path.Combine(folder, "bootstrap.yaml");
            await File.WriteAllTextAsync(file, "users:\n  - { id: usr_1, roles: [foo] }\nx: 1\n", ct);
            using var server = Process.Start(new ProcessStartInfo("dotnet",
                [typeof(EntryPoint).Assembly.Location, "--Urls", "http://127.0.0.1:0", "--DataDir", folder, "--Bootstrap:File", file])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var output = server.StandardOutput.ReadToEndAsync(ct);
            var errors = await server.StandardError.ReadToEndAsync(ct);
            await output;
            await server.WaitForExitAsync(ct);

            Assert.Equal(2, server.ExitCode);
            Assert.Contains("- line 2: users[0].roles[0]: 'foo' is not a role", errors, StringComparison.Ordinal);
            Assert.Contains("- line 3: x: is not known here", errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
