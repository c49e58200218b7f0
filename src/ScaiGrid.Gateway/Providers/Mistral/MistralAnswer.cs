using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Mistral;

/// <summary>A completion as an answer of ours. Content may be a text or a list of pieces, of which the thoughts are left out.</summary>
internal static class MistralAnswer
{
    public static ProviderFailure BrokeOff { get; } = new(FailureClass.Transient, "The model's backend failed while it was answering.");

    public static ProviderReply Read(ChatCall call, JsonElement completion, DateTimeOffset now)
    {
        var choices = new List<ChatChoice>();
        foreach (var told in completion.At("choices"u8).Items)
        {
            var reason = told.At("finish_reason"u8);
            if (reason.Says("error"u8))
            {
                return BrokeOff;
            }

            var choice = new ChoiceBuilder(told.CountAt("index"u8) ?? choices.Count) { FinishReason = FinishReasonOf(reason) };
            if (!told.At("message"u8).IsObject || !Read(told.At("message"u8), choice))
            {
                return HttpFailures.NotTheProtocol;
            }

            choices.Add(choice.Build());
        }

        return choices.Count > 0
            ? new ChatAnswer(TranslatedAnswer.IdOf(call, completion.TextAt("id"u8)), now, choices, UsageOf(completion.At("usage"u8)))
            : completion.At("object"u8).Says("error"u8) ? MistralFailures.InStream(completion)
            : HttpFailures.NotTheProtocol;
    }

    public static string? FinishReasonOf(JsonElement reason) => reason.IsString
        ? reason.Says("model_length"u8) ? "length" : reason.GetString()
        : null;

    public static Usage? UsageOf(JsonElement usage) =>
        usage.CountAt("prompt_tokens"u8) is { } prompt ? new(prompt, usage.CountAt("completion_tokens"u8) ?? 0) : null;

    /// <summary>Arguments are the text of an object, or the object itself. Null when they are neither.</summary>
    public static string? ArgumentsOf(JsonElement arguments) =>
        arguments.IsString ? arguments.GetString() : arguments.IsObject ? arguments.GetRawText() : null;

    private static bool Read(JsonElement message, ChoiceBuilder choice)
    {
        var content = message.At("content"u8);
        choice.Add(content.IsString ? content.GetString() : null);
        foreach (var piece in content.Items)
        {
            choice.Add(piece.At("type"u8).Says("text"u8) ? piece.TextAt("text"u8) : null);
        }

        foreach (var call in message.At("tool_calls"u8).Items)
        {
            var function = call.At("function"u8);
            if (call.TextAt("id"u8) is not { } id || function.TextAt("name"u8) is not { } name
                || ArgumentsOf(function.At("arguments"u8)) is not { } arguments)
            {
                return false;
            }

            choice.Add(new ToolCall(id, name, arguments));
        }

        return true;
    }
}
