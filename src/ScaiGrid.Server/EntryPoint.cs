namespace ScaiGrid.Server;

/// <summary>Where the process begins. Not called Program: in this product that is what a Core runs.</summary>
internal sealed class EntryPoint
{
    private const int Misconfigured = 2;

    private static async Task<int> Main(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.Configuration.AddEnvironmentVariables("SCAIGRID_").AddCommandLine(args);
        var options = builder.Configuration.Get<ServerOptions>() ?? new();
        if (OptionsCheck.Check(options) is { Count: > 0 } faults)
        {
            await Console.Error.WriteLineAsync("The configuration is not valid:\n" + string.Join('\n', faults.Select(f => $"- {f}")));
            return Misconfigured;
        }

        builder.WebHost.UseUrls(options.Urls.Split(';')).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning) // what the framework does for each request is not news
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None) // else each request pays for an Activity that nobody reads; faults are logged at the Edge
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information); // where it listens is
        builder.Services.AddScaiGrid(options);

        var app = builder.Build();
        app.UseScaiGrid();
        if (await app.StartScaiGridAsync(options, Environment.GetEnvironmentVariable) is { Count: > 0 } problems)
        {
            await Console.Error.WriteLineAsync($"The bootstrap file {options.Bootstrap.File} is not valid, and nothing of it was applied:\n" + string.Join('\n', problems.Select(p => $"- {p}")));
            return Misconfigured;
        }

        await app.WaitForShutdownAsync();
        return 0;
    }
}
