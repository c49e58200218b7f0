using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

public enum TriggerType { Api, Webhook, Schedule }

/// <param name="Settings">The trigger as written.</param>
public sealed record Trigger(TriggerType Type, Value Settings)
{
    /// <summary>Null unless the type is <see cref="TriggerType.Webhook"/>.</summary>
    public WebhookTrigger? Webhook { get; init; }

    /// <summary>Null unless the type is <see cref="TriggerType.Schedule"/>.</summary>
    public ScheduleTrigger? Schedule { get; init; }
}

/// <summary>Begins a run when another system calls.</summary>
/// <param name="Method">Of HTTP: <c>POST</c> unless told.</param>
/// <param name="Path">Within the webhooks of the Core: <c>/</c> unless told.</param>
/// <param name="Auth">How a caller proves itself; null = anybody who knows the address may call.</param>
public sealed record WebhookTrigger(string Method, string Path, WebhookAuth? Auth);

/// <summary>An HMAC-SHA256 signature.</summary>
/// <param name="SecretEnv">The environment value of the Core that holds the shared secret.</param>
/// <param name="Header">The header that carries the signature.</param>
public sealed record WebhookAuth(string SecretEnv, string Header);

/// <summary>Begins a run by the clock.</summary>
/// <param name="Zone">UTC unless told.</param>
/// <param name="Input">What each run is given; null when nothing is told.</param>
public sealed record ScheduleTrigger(CronExpression Cron, TimeZoneInfo Zone, Value Input);

/// <summary>Reads the member <c>trigger</c> of a flow.</summary>
internal static partial class TriggerReader
{
    private static readonly Trigger ByApi = new(TriggerType.Api, Value.EmptyObject);

    public static Trigger Read(ManifestNode? node)
    {
        if (node is null || !node.IsObject())
        {
            return ByApi;
        }

        return node.Given("type")?.OneOf("api", "webhook", "schedule") switch
        {
            "webhook" => new(TriggerType.Webhook, node.Value) { Webhook = ReadWebhook(node) },
            "schedule" => new(TriggerType.Schedule, node.Value) { Schedule = ReadSchedule(node) },
            _ => new(TriggerType.Api, node.Value),
        };
    }

    private static WebhookTrigger ReadWebhook(ManifestNode node)
    {
        var path = node.Given("path")?.Text() ?? "/";
        if (!PathRegex.IsMatch(path))
        {
            node.Member("path")!.Error(ManifestCodes.Path, "Must be a path, which begins with '/'.");
        }

        return new(
            node.Given("method")?.OneOf("GET", "POST", "PUT", "PATCH", "DELETE") ?? "POST",
            path,
            node.Given("auth") is { } auth && auth.IsObject() ? ReadAuth(auth) : null);
    }

    private static WebhookAuth ReadAuth(ManifestNode auth)
    {
        auth.Required("scheme")?.OneOf("hmac_sha256");
        return new(auth.Required("secret_env")?.Token() ?? "", auth.Required("header")?.Token() ?? "");
    }

    private static ScheduleTrigger? ReadSchedule(ManifestNode node)
    {
        var zone = TimeZoneInfo.Utc;
        if (node.Given("timezone") is { } named && named.Text() is { } id && !ZoneName.TryFind(id, out zone))
        {
            named.Error(ManifestCodes.TimeZone, $"'{(id.Length > 64 ? $"{id[..64]}…" : id)}' is not a time zone, such as UTC or Europe/Amsterdam.");
        }

        if (node.Required("cron") is not { } line || line.Text() is not { } text)
        {
            return null;
        }

        if (!CronExpression.TryParse(text, out var cron, out var fault))
        {
            line.Error(ManifestCodes.Cron, $"'{text}' is not a schedule: {fault}");
            return null;
        }

        return zone is null ? null : new(cron, zone, node.Given("input")?.Value ?? Value.Null);
    }

    [GeneratedRegex(@"^/[^ ?#]*\z")]
    private static partial Regex PathRegex { get; }
}
