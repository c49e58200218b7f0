using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Features.Checkpoints;
using ScaiGrid.Server.Features.Runs;

namespace ScaiGrid.Server.Features.Inference;

/// <summary>How a conversation becomes a run's input, and how a run becomes the next thing said.</summary>
internal static class ChatMapping
{
    /// <summary><c>message</c>, the last thing the user said; <c>messages</c>, the whole conversation; <c>user</c>; <c>metadata</c>.</summary>
    public static Value InputOf(ChatRequest request, Principal caller) => Value.Object(
    [
        new("message", request.LastUserText),
        new("messages", Value.Array([.. request.Messages.Select(m => Value.FromJson(m.Json))])),
        new("user", Value.Object([new("id", caller.UserId.Value), new("email", caller.Email)])),
        new("metadata", request.Metadata is { } metadata ? Value.FromJson(metadata) : Value.EmptyObject),
    ]);

    /// <summary>The words of the answer: what a finished run says, or what a waiting one waits for.</summary>
    public static string TextOf(Run run, Checkpoint? waiting) => run.Status switch
    {
        RunState.Completed => TextOf(run.Output),
        _ when waiting is not null => AskedOf(waiting),
        _ => "Your request is still being worked on. Ask again with its execution_id in the metadata.",
    };

    /// <summary>What rides along under <c>scaicore</c>.</summary>
    public static JsonElement AboutRun(Run run, Checkpoint? waiting)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("execution_id"u8, run.Id.Value);
            json.WriteString("status"u8, JsonNamingPolicy.SnakeCaseLower.ConvertName(run.Status.ToString()));
            json.WriteString("core_id"u8, run.CoreId.Value);
            if (waiting is not null)
            {
                json.WriteStartObject("checkpoint"u8);
                json.WriteString("id"u8, waiting.Id.Value);
                json.WriteString("prompt"u8, waiting.Prompt);
                json.WritePropertyName("options"u8);
                waiting.Options.WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return JsonDocument.Parse(stream.GetBuffer().AsMemory(0, (int)stream.Length)).RootElement;
    }

    private static string TextOf(Value output) =>
        output["response"] is { IsNull: false } response ? response.ToText()
        : output["message"] is { IsNull: false } message ? message.ToText()
        : output.ToText();

    private static string AskedOf(Checkpoint waiting)
    {
        var text = new StringBuilder("Waiting for a decision");
        text.Append(waiting.Prompt.Length > 0 ? $": {waiting.Prompt}" : ".");
        if (waiting.Options.Items is { Count: > 0 } options)
        {
            text.Append($" ({string.Join(" / ", options.Select(o => o.ToText()))})");
        }

        return text.ToString();
    }
}
