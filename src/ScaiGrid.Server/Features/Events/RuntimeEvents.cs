using System.Globalization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Events;

/// <param name="Index">Its number among the events of its run, or 0.</param>
/// <param name="At">In RFC 3339.</param>
internal sealed record RuntimeEvent(int Index, string Type, string At, Value Payload);

/// <summary>
/// What a run tells, read from its record: that it started, what its steps did, in the order it happened, and how it ended. The first event has
/// the number 0, those of the steps the numbers that the trace gives them, and the last one the number before <see cref="Run.Events"/>.
/// </summary>
internal static class RuntimeEvents
{
    public const string Prefix = "scaicore.runtime.";

    public const string Started = "scaicore.runtime.invocation.started", Completed = "scaicore.runtime.invocation.completed", Failed = "scaicore.runtime.invocation.failed",
        BlockEntered = "scaicore.runtime.block.entered", BlockExited = "scaicore.runtime.block.exited", BlockFailed = "scaicore.runtime.block.failed";

    private const int LongestValue = 4096;

    /// <param name="from">The first that is wanted.</param>
    /// <param name="until">The one after the last.</param>
    public static List<RuntimeEvent> Of(Run run, int from, int until, SecretMask mask)
    {
        var told = new List<RuntimeEvent>();
        if (from <= 0 && until > 0)
        {
            told.Add(new(0, Started, TimeOf(run.StartedAt), About(run, Bounded("input", run.Input, mask))));
        }

        if (until > 1)
        {
            AddSteps(told, run, from, until);
        }

        if (run.IsFinished && run.Events - 1 is var last && last >= from && last < until)
        {
            told.Add(EndOf(run, last, mask));
        }

        told.Sort((a, b) => a.Index.CompareTo(b.Index));
        return told;
    }

    private static void AddSteps(List<RuntimeEvent> told, Run run, int from, int until)
    {
        foreach (var step in Value.FromJson(run.Steps).Items)
        {
            if (step["status"].AsString() == "skipped")
            {
                continue; // it was never entered
            }

            Add(step["entered"], () => (BlockEntered, step["started_at"], []));
            Add(step["emitted"]["mark"], () => (step["emitted"]["event"].AsString()!, step["finished_at"], [new("payload", step["emitted"]["payload"]), .. Flag("payload_truncated", step["emitted"]["payload_truncated"])]));
            Add(step["left"], () => step["status"].AsString() switch
            {
                "completed" => (BlockExited, step["finished_at"], ResultOf(step)),
                "cancelled" => (BlockFailed, step["finished_at"], [new("error", Value.Object([new("code", "cancelled"), new("message", "The step was cancelled.")]))]),
                _ => (BlockFailed, step["finished_at"], [new("error", step["error"])]),
            });

            void Add(Value mark, Func<(string Type, Value At, IEnumerable<KeyValuePair<string, Value>> More)> tell)
            {
                if (!mark.TryGetDecimal(out var number) || number < from || number >= until)
                {
                    return;
                }

                var (type, at, more) = tell();
                told.Add(new((int)number, type, at.AsString() ?? TimeOf(run.StartedAt), About(run,
                [
                    new("node_id", step["node_id"]),
                    new("step_id", step["id"]),
                    new("step_path", step["path"]),
                    new("block_kind", step["kind"]),
                    .. more,
                ])));
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, Value>> ResultOf(Value step) =>
    [
        new("result_binding", step["result_binding"]),
        .. step["result_truncated"].IsTruthy ? Flag("result_binding_truncated", true) : [new("result_binding_value", step["result"])],
    ];

    private static RuntimeEvent EndOf(Run run, int index, SecretMask mask)
    {
        var end = run.FinishedAt ?? run.StartedAt;
        KeyValuePair<string, Value> duration = new("duration_ms", (long)(end - run.StartedAt).TotalMilliseconds);
        return run.Status == RunState.Completed
            ? new(index, Completed, TimeOf(end), About(run, [.. Bounded("output", run.Output, mask), duration]))
            : new(index, Failed, TimeOf(end), About(run,
            [
                new("error", Value.Object([new("code", run.ErrorCode), new("message", run.ErrorMessage is { } message ? mask.InText(message) : null), new("step", run.ErrorStep)])),
                duration,
            ]));
    }

    private static Value About(Run run, IEnumerable<KeyValuePair<string, Value>> more) => Value.Object(
    [
        new("execution_id", run.Id.Value),
        .. run.InstanceKey is { } key ? [new("instance_key", key)] : (KeyValuePair<string, Value>[])[],
        .. more,
    ]);

    private static KeyValuePair<string, Value>[] Bounded(string name, Value value, SecretMask mask)
    {
        return value.ToJson().Length > LongestValue ? [.. Flag($"{name}_truncated", true)] : [new(name, mask.In(value))];
    }

    private static IEnumerable<KeyValuePair<string, Value>> Flag(string name, Value set) => set.IsTruthy ? [new(name, true)] : [];

    private static string TimeOf(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
