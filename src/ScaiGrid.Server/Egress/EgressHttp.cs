using System.Net;

namespace ScaiGrid.Server.Egress;

/// <summary>What came back from outside, no larger than was allowed.</summary>
/// <param name="ContentType">Without its parameters; null when there is none.</param>
/// <param name="Headers">By lower-case name; of several values, all, separated by commas.</param>
internal sealed record EgressAnswer(int Status, string? ContentType, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body);

/// <summary>An answer is larger than is taken.</summary>
internal sealed class EgressTooLargeException(int limit) : Exception($"The answer is larger than {limit} bytes.");

/// <summary>
/// Sends the requests that tenants cause. Every connection is opened by the <see cref="EgressGuard"/>, those of redirects too, and nothing of one
/// tenant's call, neither cookie nor credential, goes along with the next.
/// </summary>
internal sealed class EgressHttp : IDisposable
{
    private const int MostRedirects = 5;

    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private readonly EgressOptions _options;
    private readonly HttpMessageInvoker _client;
    private readonly BoundedAnswers _bounded;

    public EgressHttp(EgressOptions options, EgressGuard guard)
    {
        _options = options;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            ActivityHeadersPropagator = null,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // addresses behind a name change
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            MaxResponseHeadersLength = 64,
            ConnectCallback = guard.ConnectAsync,
        };
        _client = new(handler);
        _bounded = new(handler, options.MaxAnswerBytes);
    }

    /// <summary>The same way out, for a protocol that has a client of its own. It follows no redirects.</summary>
    /// <param name="timeout">Of each request; more than a day is a day.</param>
    public HttpClient NewClient(TimeSpan timeout) => new(_bounded, disposeHandler: false) { Timeout = timeout < LongestTimeout ? timeout : LongestTimeout };

    /// <summary>Follows the redirects of a GET or HEAD, as a browser would.</summary>
    /// <param name="make">The request to that address. On the way to another origin the second argument is true: what is secret stays behind.</param>
    /// <exception cref="HttpRequestException">There is no answer, or the egress rules do not let the call go there.</exception>
    /// <exception cref="EgressTooLargeException">The answer is too large.</exception>
    public async Task<EgressAnswer> SendAsync(Uri address, Func<Uri, bool, HttpRequestMessage> make, CancellationToken ct)
    {
        var first = address;
        for (var redirects = 0; ; redirects++)
        {
            using var request = make(address, !SameOrigin(first, address));
            using var response = await _client.SendAsync(request, ct);
            if (redirects < MostRedirects && Next(request, response) is { } next)
            {
                address = next;
                continue;
            }

            return new(
                (int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, HeadersOf(response), await ReadAsync(response.Content, ct));
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _bounded.Dispose();
    }

    private static Uri? Next(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
            || (request.Method != HttpMethod.Get && request.Method != HttpMethod.Head)
            || response.Headers.Location is not { } location)
        {
            return null;
        }

        var next = new Uri(request.RequestUri!, location);
        return next.Scheme == Uri.UriSchemeHttps || (next.Scheme == Uri.UriSchemeHttp && request.RequestUri!.Scheme == Uri.UriSchemeHttp) ? next : null;
    }

    private static bool SameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && one.Authority == other.Authority;

    private static Dictionary<string, string> HeadersOf(HttpResponseMessage response) => response.Headers.Concat(response.Content.Headers)
        .GroupBy(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value)).ToDictionary(g => g.Key, g => string.Join(", ", g));

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken ct)
    {
        if (content.Headers.ContentLength > _options.MaxAnswerBytes)
        {
            throw new EgressTooLargeException(_options.MaxAnswerBytes);
        }

        await using var stream = await content.ReadAsStreamAsync(ct);
        var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, ct)) > 0;)
        {
            body.Write(buffer, 0, read);
            if (body.Length > _options.MaxAnswerBytes)
            {
                throw new EgressTooLargeException(_options.MaxAnswerBytes);
            }
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}
