using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>A <c>GenerateContentResponse</c> as an answer of ours. What the model thought is not part of it.</summary>
internal static class GoogleAnswer
{
    public static ProviderReply Read(ChatCall call, JsonElement response, DateTimeOffset now)
    {
        if (FailureIn(response) is { } failure)
        {
            return failure;
        }

        var choices = new List<ChatChoice>();
        foreach (var candidate in response.At("candidates"u8).Items)
        {
            if (ReadChoice(call.Context.RequestId, candidate, choices.Count, out var broken) is not { } choice)
            {
                return broken;
            }

            choices.Add(choice);
        }

        return choices.Count == 0
            ? HttpFailures.NotTheProtocol
            : new ChatAnswer(TranslatedAnswer.IdOf(call, response.TextAt("responseId"u8)), now, choices, UsageOf(response.At("usageMetadata"u8)));
    }

    /// <summary>An error, or the refusal to answer the prompt at all.</summary>
    public static ProviderFailure? FailureIn(JsonElement response) =>
        response.At("error"u8).IsThere ? GoogleFailures.InStream(response)
        : response.At("promptFeedback"u8).At("blockReason"u8).IsString && !response.At("candidates"u8).IsArray ? GoogleFailures.Blocked
        : null;

    /// <summary>OpenAI's word for why a candidate ended; null when it broke off.</summary>
    public static string? FinishReasonOf(JsonElement reason, bool calls) => reason.GetString() switch
    {
        "STOP" => calls ? "tool_calls" : "stop",
        "MAX_TOKENS" => "length",
        "SAFETY" or "RECITATION" or "LANGUAGE" or "BLOCKLIST" or "PROHIBITED_CONTENT" or "SPII" or "IMAGE_SAFETY" => "content_filter",
        _ => null, // a call that it could not put into words, or no reason at all
    };

    /// <summary>Thoughts are paid for as output, and what tools said as input. Null when nothing was counted.</summary>
    public static Usage? UsageOf(JsonElement usage) => usage.CountAt("promptTokenCount"u8) is { } prompt
        ? new(
            prompt + (usage.CountAt("toolUsePromptTokenCount"u8) ?? 0),
            (usage.CountAt("candidatesTokenCount"u8) ?? 0) + (usage.CountAt("thoughtsTokenCount"u8) ?? 0))
        : null;

    /// <param name="number">The call's place among those of the candidate.</param>
    public static string IdOf(string requestId, JsonElement part, int number) => GoogleSignatures.Join(
        part.At("functionCall"u8).TextAt("id"u8) ?? ToolIds.Make(requestId, number), part.TextAt("thoughtSignature"u8));

    private static ChatChoice? ReadChoice(string requestId, JsonElement candidate, int index, out ProviderFailure broken)
    {
        broken = HttpFailures.NotTheProtocol;
        var choice = new ChoiceBuilder(index);
        foreach (var part in candidate.At("content"u8).At("parts"u8).Items)
        {
            var function = part.At("functionCall"u8);
            if (function.IsObject)
            {
                if (function.TextAt("name"u8) is not { } name)
                {
                    return null;
                }

                var arguments = function.At("args"u8);
                choice.Add(new ToolCall(IdOf(requestId, part, choice.Calls + (index * 1000)), name, arguments.IsObject ? arguments.GetRawText() : "{}"));
            }
            else if (!part.IsTrueAt("thought"u8))
            {
                choice.Add(part.TextAt("text"u8));
            }
        }

        var reason = candidate.At("finishReason"u8);
        if (!reason.IsString)
        {
            return null;
        }

        broken = GoogleFailures.BrokeOff;
        choice.FinishReason = FinishReasonOf(reason, choice.Calls > 0);
        return choice.FinishReason is null ? null : choice.Build();
    }
}
