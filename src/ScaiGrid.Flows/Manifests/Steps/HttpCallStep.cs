using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>http_call: {method, url, headers, query, body, timeout}</c>: one HTTP request under the server's egress rules. Its result
/// is an object of the answer.
/// </summary>
/// <param name="Method"><c>GET</c> unless given.</param>
/// <param name="Url">An absolute address when rendered, <c>http</c> or <c>https</c>.</param>
/// <param name="Headers">An object of texts; null for none.</param>
/// <param name="Query">An object whose members are added to the address, escaped; null for none.</param>
/// <param name="Body">Sent as JSON, a text as it is; null for none.</param>
/// <param name="Timeout">How long the answer is waited for; 30 s unless given.</param>
public sealed record HttpCallStep(
    StepHead Head, string Method, Template Url, ValueTemplate? Headers, ValueTemplate? Query, ValueTemplate? Body, TimeSpan Timeout)
    : Step(Head)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private static readonly ManifestShape Shape = ManifestShape.Step.Member("http_call")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var url = body.Required("url") is { } given ? reader.Template(given) : null;
        var call = new HttpCallStep(
            head,
            body.Given("method")?.OneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") ?? "GET",
            url!,
            reader.ObjectTemplate(body.Given("headers")),
            reader.ObjectTemplate(body.Given("query")),
            reader.ValueTemplate(body.Given("body")),
            body.Given("timeout")?.Duration() ?? DefaultTimeout);
        return url is null ? null : call;
    }
}
