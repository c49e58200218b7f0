using System.Text.RegularExpressions;
using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>Where a run begins. A flow may have several; the first is the default one.</summary>
internal static partial class EntryKinds
{
    private static readonly Field Method = new("method", Shape.OneOf("GET", "POST", "PUT", "PATCH", "DELETE").By("POST"));

    private static readonly Field Path = new("path", (Shape.Text(1024) with { Pattern = new(PathRegex, "a path, which begins with '/'") }).By("/"));

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.EntryApi, "entry_api", "Begins a run when the Core is called.", Method, Path)
        {
            Inputs = [], Outputs = [new("out_request", "request", "object")],
        },
        new(NodeKind.EntryWebhook, "entry_webhook", "Begins a run when another system calls.",
            Method,
            Path,
            new("auth", Shape.Object(
                new("scheme", Shape.OneOf("hmac_sha256"), true),
                new("secret_env", Shape.Token.Noted("The environment value of the Core that holds the shared secret."), true),
                new("header", Shape.Token.Noted("The header that carries the signature."), true)).Noted("How a caller proves itself; none without.")))
        {
            Inputs = [], Outputs = [new("out_event", "event", "object")],
        },
        new(NodeKind.EntrySchedule, "entry_schedule", "Begins a run by the clock.",
            new("cron", (Shape.Text(256) with { Meaning = Meaning.Cron }).By("0 * * * *").Noted("Five fields: minute, hour, day of month, month, day of week.")),
            new("timezone", (Shape.Text(64) with { Meaning = Meaning.TimeZone }).By("UTC").Noted("An IANA name such as Europe/Amsterdam.")),
            new("input", Shape.Anything.Noted("What each run is given.")))
        {
            Inputs = [], Outputs = [new("out_tick", "tick", "object")],
        },
    ];

    [GeneratedRegex(@"^/[^ ?#]*\z")]
    private static partial Regex PathRegex { get; }
}
