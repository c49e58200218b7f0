using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.ApiKeys;
using ScaiGrid.Server.Features.Tenancy;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Models;

public sealed class SecretsInLogsTests
{
    [Fact]
    public async Task A_backends_secret_is_in_no_log_at_the_finest_level()
    {
        using var log = new CapturedLog();
        await using var server = new TestServer(
            new() { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Trace" },
            services => services.AddLogging(logging => logging.AddProvider(log)));
        using var http = await SignInAsync(server);

        var backend = await http.NewBackendAsync();
        await http.NewModelAsync("openai/gpt", new { backends = new[] { new { backend = backend.Text("id") } } });
        await http.RefusedAsync("PUT", $"/v1/backends/{backend.Text("id")}", new { connection_config = new { api_key = ModelWorld.Key, nonsense = 1 } }, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
        await http.DataAsync(HttpMethod.Put, $"/v1/backends/{backend.Text("id")}", new { connection_config = new { api_key = ModelWorld.Key + "-new" } });

        Assert.Contains(log.Lines, l => l.Contains("backend_models", StringComparison.Ordinal)); // it does listen
        Assert.DoesNotContain(log.Lines, l => l.Contains(ModelWorld.Key, StringComparison.Ordinal));
    }

    private static async Task<HttpClient> SignInAsync(TestServer server)
    {
        var secret = ApiKeySecret.Make();
        await server.WithDbAsync(db =>
        {
            db.Users.Add(new User { Id = new("usr_root"), Email = "", Name = "Root", Roles = [Roles.SuperAdmin], CreatedAt = DateTimeOffset.UnixEpoch });
            db.ApiKeys.Add(new ApiKey { Id = new("key_root"), UserId = new("usr_root"), Name = "root", Hash = ApiKeySecret.HashOf(secret), Hint = secret[..8], CreatedAt = DateTimeOffset.UnixEpoch });
            return db.SaveChangesAsync();
        });
        var http = server.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return http;
    }

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
