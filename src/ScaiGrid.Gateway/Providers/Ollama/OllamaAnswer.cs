using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>A whole answer as one of ours. What the model thought is not part of it.</summary>
internal static class OllamaAnswer
{
    public static ProviderReply Read(ChatCall call, JsonElement response, DateTimeOffset now)
    {
        var message = response.At("message"u8);
        if (response.At("error"u8).IsThere)
        {
            return OllamaFailures.InStream(response);
        }

        if (!message.IsObject || !response.IsTrueAt("done"u8))
        {
            return HttpFailures.NotTheProtocol;
        }

        var choice = new ChoiceBuilder(0);
        choice.Add(message.TextAt("content"u8));
        foreach (var told in message.At("tool_calls"u8).Items)
        {
            if (told.At("function"u8).TextAt("name"u8) is not { } name)
            {
                return HttpFailures.NotTheProtocol;
            }

            choice.Add(new ToolCall(IdOf(call.Context.RequestId, told, choice.Calls), name, ArgumentsOf(told)));
        }

        choice.FinishReason = FinishReasonOf(response, choice.Calls > 0);
        return new ChatAnswer(TranslatedAnswer.IdOf(call, null), now, [choice.Build()], UsageOf(response));
    }

    public static string IdOf(string requestId, JsonElement toolCall, int number) =>
        toolCall.TextAt("id"u8) is { Length: > 0 } id ? id : ToolIds.Make(requestId, number);

    public static string ArgumentsOf(JsonElement toolCall) =>
        toolCall.At("function"u8).At("arguments"u8) is { ValueKind: JsonValueKind.Object } arguments ? arguments.GetRawText() : "{}";

    public static string FinishReasonOf(JsonElement response, bool calls) =>
        calls ? "tool_calls" : response.At("done_reason"u8).Says("length"u8) ? "length" : "stop";

    /// <summary>Null when it does not count both sides: an answer out of the cache leaves the prompt out.</summary>
    public static Usage? UsageOf(JsonElement response) =>
        response.CountAt("prompt_eval_count"u8) is { } prompt && response.CountAt("eval_count"u8) is { } completion ? new(prompt, completion) : null;
}
