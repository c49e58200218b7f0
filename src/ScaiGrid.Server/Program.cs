using ScaiGrid.Server;

var builder = WebApplication.CreateSlimBuilder(args);
builder.Configuration.AddEnvironmentVariables("SCAIGRID_").AddCommandLine(args);
var options = builder.Configuration.Get<ServerOptions>() ?? new();
if (OptionsCheck.Check(options) is { Count: > 0 } faults)
{
    await Console.Error.WriteLineAsync("The configuration is not valid:\n" + string.Join('\n', faults.Select(f => $"- {f}")));
    return 2;
}

builder.WebHost.UseUrls(options.Urls.Split(';'));
builder.Services.AddScaiGrid(options);

var app = builder.Build();
app.UseScaiGrid();
await app.StartScaiGridAsync(options);
await app.WaitForShutdownAsync();
return 0;

internal sealed partial class Program;
