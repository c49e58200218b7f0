using Microsoft.EntityFrameworkCore;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Data;
using ScaiGrid.Server.Features.Cores;
using ScaiGrid.Server.Features.Runs;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary><c>GET /cores/{id}/triggers</c>: what starts the flows of a Core, and when the next run by the clock is due.</summary>
internal static class ListTriggers
{
    public sealed record View(string FlowName, TriggerType Type)
    {
        public string? Method { get; init; }

        public string? Path { get; init; }

        /// <summary>Where a webhook is called, from the server's root; null for other triggers.</summary>
        public string? Url { get; init; }

        /// <summary>How a webhook's caller proves itself; null = not at all.</summary>
        public AuthView? Auth { get; init; }

        public string? Cron { get; init; }

        public string? Timezone { get; init; }

        public Value Input { get; init; }

        /// <summary>Null while the Core is not running.</summary>
        public DateTimeOffset? NextFireAt { get; init; }

        public DateTimeOffset? LastFiredAt { get; init; }

        public Id<Run>? LastRunId { get; init; }

        /// <summary>Why the trigger starts nothing, or did not the last time; null when nothing is wrong.</summary>
        public string? Problem { get; init; }
    }

    public sealed record AuthView(string Scheme, string SecretEnv, string Header);

    public static void Map(IEndpointRouteBuilder triggers) => triggers
        .MapGet("/cores/{id}/triggers", HandleAsync)
        .WithName("ListCoreTriggers")
        .WithSummary("List what starts the flows of a Core")
        .Requires(Permissions.CoreView)
        .Answers<Items<View>>()
        .ProducesErrors(CoreErrors.NotFound);

    private static async Task<IResult> HandleAsync(Id<Core> id, Db db, CancellationToken ct)
    {
        if (await db.Cores.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } core)
        {
            return CoreErrors.Missing(id).ToResult();
        }

        var rows = await db.Schedules.AsNoTracking().Where(s => s.TenantId == core.TenantId && s.CoreId == id).ToListAsync(ct);
        var flows = ManifestReader.Read(core.Source).Succeeded(out var manifest) ? manifest.Flows : []; // none while it has no manifest
        return Reply.Ok(new Items<View>([.. flows.Select(flow => ViewOf(core, flow, rows, flows))]));
    }

    private static View ViewOf(Core core, Flow flow, List<CoreSchedule> rows, IReadOnlyList<Flow> all)
    {
        var view = new View(flow.Name, flow.Trigger.Type);
        if (flow.Trigger.Schedule is { } schedule)
        {
            var row = rows.Find(r => r.FlowName == flow.Name);
            return view with
            {
                Cron = schedule.Cron.Text,
                Timezone = schedule.Zone.Id,
                Input = schedule.Input,
                NextFireAt = row?.NextFireAt,
                LastFiredAt = row?.LastFiredAt,
                LastRunId = row?.LastRunId,
                Problem = row?.Problem,
            };
        }

        if (flow.Trigger.Webhook is { } webhook)
        {
            return view with
            {
                Method = webhook.Method,
                Path = webhook.Path,
                Url = $"/v1/modules/scaicore/cores/{core.Id}/webhook{webhook.Path}",
                Auth = webhook.Auth is { } auth ? new("hmac_sha256", auth.SecretEnv, auth.Header) : null,
                Problem = ProblemOf(core, flow, webhook, all),
            };
        }

        return view with { Method = flow.Trigger.Settings["method"].AsString(), Path = flow.Trigger.Settings["path"].AsString() };
    }

    private static string? ProblemOf(Core core, Flow flow, WebhookTrigger webhook, IReadOnlyList<Flow> all) =>
        all.First(f => f.Trigger.Webhook is { } other && other.Method == webhook.Method && Webhooks.IsAt(other.Path, webhook.Path.Trim('/'))) is var first && first != flow
            ? $"The flow '{first.Name}' has the same method and path, and comes first."
        : webhook.Auth is { } auth && !CoreEnvironment.HasText(core.Environment, auth.SecretEnv)
            ? $"The Core's environment has no value '{auth.SecretEnv}', so that every call is refused."
        : null;
}
