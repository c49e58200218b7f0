using System.Text;
using ScaiGrid.Flows.Language;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Egress;

namespace ScaiGrid.Server.Features.Runs.Effects;

/// <summary>
/// Performs <c>http_call</c>. Every answer is a result, <c>{status, headers, body}</c>, whatever its status says: only the flow knows what a 404
/// means to it. No answer is a failure.
/// </summary>
internal sealed class HttpCalls(EgressHttp egress)
{
    private const string IdempotencyKey = "Idempotency-Key";

    public Task<EffectOutcome> CallAsync(HttpCall call, CancellationToken ct)
    {
        if (!Outside.TryAddress(call.Url, out var address))
        {
            return Task.FromResult(Outside.NoAddress);
        }

        if (HeaderFault(call.Headers) is { } fault)
        {
            return Task.FromResult(EffectOutcome.Failed("header_invalid", fault));
        }

        return Outside.TryAsync(async () => new(ResultOf(await egress.SendAsync(WithQuery(address, call.Query), (to, stranger) => RequestOf(call, to, stranger), ct))));
    }

    private static Value ResultOf(EgressAnswer answer) => Value.Object(
    [
        new("status", answer.Status),
        new("headers", Value.Object(answer.Headers.Select(h => KeyValuePair.Create(h.Key, (Value)h.Value)))),
        new("body", Outside.BodyOf(answer)),
    ]);

    private static HttpRequestMessage RequestOf(HttpCall call, Uri address, bool stranger)
    {
        var request = new HttpRequestMessage(new(call.Method), address);
        if (!call.Body.IsNull)
        {
            request.Content = call.Body.AsString() is { } text ? new StringContent(text, Encoding.UTF8, "text/plain") : Outside.JsonOf(call.Body);
        }

        foreach (var (name, value) in (stranger ? Value.EmptyObject : call.Headers).Members)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.ToText()) && request.Content is { } content)
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value.ToText());
            }
        }

        if (!request.Headers.Contains(IdempotencyKey))
        {
            request.Headers.TryAddWithoutValidation(IdempotencyKey, call.IdempotencyKey);
        }

        return request;
    }

    private static string? HeaderFault(Value headers) => headers.Members
        .Select(h => !HeaderNames.IsName(h.Key) ? $"'{h.Key}' is not the name of a header."
            : HeaderNames.IsReserved(h.Key) ? $"The header '{h.Key}' is not a flow's to set."
            : h.Value.ToText().Any(char.IsControl) ? $"The header '{h.Key}' holds a control character."
            : null)
        .FirstOrDefault(f => f is not null);

    private static Uri WithQuery(Uri address, Value query)
    {
        if (query.Members.Count == 0)
        {
            return address;
        }

        var pairs = query.Members.SelectMany(m => m.Value.Kind == ValueKind.Array ? m.Value.Items.Select(i => (m.Key, Value: i)) : [(m.Key, m.Value)])
            .Where(m => !m.Value.IsNull).Select(m => $"{Uri.EscapeDataString(m.Key)}={Uri.EscapeDataString(m.Value.ToText())}");
        return new UriBuilder(address) { Query = string.Join('&', [.. address.Query.TrimStart('?') is { Length: > 0 } own ? [own] : Array.Empty<string>(), .. pairs]) }.Uri;
    }
}
