using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>
/// The issuer's own description and signing keys, fetched when first needed, again every <see cref="MaxAge"/>, and sooner for a token signed
/// with a key that is not among them. The last good ones stay in use while the issuer cannot be reached.
/// </summary>
internal sealed partial class IssuerKeys(HttpClient http, OidcOptions options, TimeProvider clock, ILogger<IssuerKeys> logger) : IDisposable
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromHours(12);

    /// <summary>Between two fetches, so that nobody can make the server call the issuer by sending tokens.</summary>
    public static readonly TimeSpan MinInterval = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _one = new(1);
    private readonly HttpDocumentRetriever _documents = new(http) { RequireHttps = options.RequireHttps };
    private OpenIdConnectConfiguration? _current;
    private DateTimeOffset _fetchedAt = DateTimeOffset.MinValue, _triedAt = DateTimeOffset.MinValue;

    /// <returns>Null when the issuer could never be reached.</returns>
    public ValueTask<OpenIdConnectConfiguration?> GetAsync(CancellationToken ct) =>
        _current is { } current && clock.GetUtcNow() - _fetchedAt < MaxAge ? new(current) : new(FetchAsync(_current, ct));

    /// <summary>For a key that <paramref name="seen"/> lacks: newer ones, or the same when it is too soon to ask again.</summary>
    public async Task<OpenIdConnectConfiguration> NewerAsync(OpenIdConnectConfiguration seen, CancellationToken ct) => await FetchAsync(seen, ct) ?? seen;

    public void Dispose() => _one.Dispose();

    private async Task<OpenIdConnectConfiguration?> FetchAsync(OpenIdConnectConfiguration? seen, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (!ReferenceEquals(_current, seen) || clock.GetUtcNow() - _triedAt < MinInterval)
            {
                return _current; // somebody else fetched while this one waited, or a moment ago
            }

            _triedAt = clock.GetUtcNow();
            _current = await OpenIdConnectConfigurationRetriever.GetAsync($"{options.Authority!.TrimEnd('/')}/.well-known/openid-configuration", _documents, ct);
            _fetchedAt = clock.GetUtcNow();
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogUnreachable(logger, options.Authority!, e);
        }
        finally
        {
            _one.Release();
        }

        return _current;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The issuer {Authority} did not tell its keys; what is known stays in use.")]
    private static partial void LogUnreachable(ILogger logger, string authority, Exception exception);
}
