using System.Net;
using System.Net.Http.Headers;

namespace ScaiGrid.EndToEnd.Host;

/// <summary>One life of the published server.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60), StopPatience = TimeSpan.FromSeconds(45);

    private readonly Child _child;

    private ServerProcess(Child child, Uri url) => (_child, Url) = (child, url);

    public Uri Url { get; }

    public int Id => _child.Id;

    public string Log => _child.Output;

    /// <summary>Starts it on a port that the system chooses, and waits until it is ready.</summary>
    /// <param name="runtimeConfig">The file that the runtime is configured by; null = the one that ships with the server.</param>
    public static async Task<ServerProcess> StartAsync(IReadOnlyDictionary<string, string> environment, string? runtimeConfig = null)
    {
        Assert.True(File.Exists(Repository.Server), $"{Repository.Server} is missing: ./build.sh e2e publishes it.");
        string[] urls = ["--Urls", "http://127.0.0.1:0"];
        var child = runtimeConfig is null
            ? Child.Start(Repository.Server, urls, environment)
            : Child.Start("dotnet", ["exec", "--runtimeconfig", runtimeConfig, $"{Repository.Server}.dll", .. urls], environment);
        try
        {
            var log = await child.SaysAsync(Listening, StartPatience);
            var at = log.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length;
            var server = new ServerProcess(child, new(log[at..].Split('\n')[0].Trim()));
            using var anybody = server.ClientFor(null);
            await Eventually.TrueAsync(async () => (await anybody.GetAsync(new Uri("/health/ready", UriKind.Relative))).StatusCode == HttpStatusCode.OK, StartPatience);
            return server;
        }
        catch
        {
            await child.DisposeAsync();
            throw;
        }
    }

    /// <param name="token">An API key or an access token; null for a caller who shows neither.</param>
    public HttpClient ClientFor(string? token)
    {
        var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public Task KillAsync() => _child.KillAsync();

    public void Freeze() => _child.Freeze();

    public void Thaw() => _child.Thaw();

    public void SendTerminate() => _child.SendTerminate();

    /// <returns>The exit code.</returns>
    public Task<int> ExitAsync() => _child.ExitAsync(StopPatience);

    public ValueTask DisposeAsync() => _child.DisposeAsync();
}
