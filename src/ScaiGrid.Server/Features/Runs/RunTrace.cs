using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Features.Accounting;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>What a run did, as JSON: one object a step, in the order they began. Written once, as text, because most traces are never read.</summary>
internal static class RunTrace
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many things the trace tells: steps begun and ended, and events of the author's own.</summary>
    public static int MarksOf(IReadOnlyList<StepTrace> steps)
    {
        var last = 0;
        foreach (var step in steps)
        {
            last = Math.Max(Math.Max(last, step.Entered), Math.Max(step.Left, step.Emitted?.Mark ?? 0));
        }

        return last;
    }

    public static string Write(IReadOnlyList<StepTrace> steps, SecretMask mask)
    {
        using var buffer = new PooledBuffer(2048);
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartArray();
            foreach (var step in steps)
            {
                Write(json, step, mask);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    private static void Write(Utf8JsonWriter json, StepTrace step, SecretMask mask)
    {
        json.WriteStartObject();
        json.WriteString("path"u8, step.Path);
        json.WriteString("id"u8, step.Id);
        json.WriteString("kind"u8, step.Kind);
        json.WriteString("node_id"u8, step.NodeId);
        json.WriteString("result_binding"u8, step.ResultBinding);
        json.WriteString("status"u8, Word(step.Status));
        WriteTime(json, "started_at"u8, step.StartedAt);
        WriteTime(json, "finished_at"u8, step.FinishedAt);
        WriteInput(json, step, mask);
        json.WritePropertyName("result"u8);
        mask.In(step.Result).WriteTo(json);
        if (step.ResultTruncated)
        {
            json.WriteBoolean("result_truncated"u8, true);
        }

        if (step.Usage is { InputTokens: > 0 } or { OutputTokens: > 0 })
        {
            json.WriteStartObject("usage"u8);
            json.WriteNumber("prompt_tokens"u8, step.Usage.InputTokens);
            json.WriteNumber("completion_tokens"u8, step.Usage.OutputTokens);
            json.WriteString("cost"u8, Money.Show(step.Usage.Cost));
            json.WriteEndObject();
        }

        WriteMarks(json, step, mask);

        if (step.Fault is { } fault)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, fault.Code);
            json.WriteString("message"u8, mask.InText(fault.Message));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteInput(Utf8JsonWriter json, StepTrace step, SecretMask mask)
    {
        if (step.Asked is null && step.Question is null)
        {
            return;
        }

        json.WritePropertyName("input"u8);
        StepInput.Of(step, mask, out var isCut).WriteTo(json);
        if (isCut)
        {
            json.WriteBoolean("input_truncated"u8, true);
        }
    }

    /// <summary>From which the run's events are told; see <see cref="Events.RuntimeEvents"/>.</summary>
    private static void WriteMarks(Utf8JsonWriter json, StepTrace step, SecretMask mask)
    {
        json.WriteNumber("entered"u8, step.Entered);
        if (step.Left > 0)
        {
            json.WriteNumber("left"u8, step.Left);
        }

        if (step.Emitted is { } emitted)
        {
            json.WriteStartObject("emitted"u8);
            json.WriteNumber("mark"u8, emitted.Mark);
            json.WriteString("event"u8, emitted.Type);
            json.WritePropertyName("payload"u8);
            mask.In(emitted.Payload).WriteTo(json);
            json.WriteBoolean("payload_truncated"u8, emitted.PayloadTruncated);
            json.WriteEndObject();
        }
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is not { } given)
        {
            json.WriteNull(name);
            return;
        }

        Span<char> text = stackalloc char[24];
        given.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private static ReadOnlySpan<byte> Word(StepStatus status) => status switch
    {
        StepStatus.Running => "running"u8,
        StepStatus.Waiting => "waiting"u8,
        StepStatus.Completed => "completed"u8,
        StepStatus.Skipped => "skipped"u8,
        StepStatus.Failed => "failed"u8,
        _ => "cancelled"u8,
    };
}
