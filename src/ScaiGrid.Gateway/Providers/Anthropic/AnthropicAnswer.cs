using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary>A <c>message</c> object as an answer of ours. What the model thought is not part of it.</summary>
internal static class AnthropicAnswer
{
    public static ProviderReply Read(ChatCall call, JsonElement message, DateTimeOffset now)
    {
        if (message.At("type"u8).Says("error"u8))
        {
            return AnthropicFailures.InStream(message);
        }

        if (!message.At("content"u8).IsArray)
        {
            return HttpFailures.NotTheProtocol;
        }

        var choice = new ChoiceBuilder(0) { FinishReason = FinishReasonOf(message.At("stop_reason"u8)) };
        foreach (var block in message.At("content"u8).Items)
        {
            if (block.At("type"u8).Says("text"u8))
            {
                choice.Add(block.TextAt("text"u8));
            }
            else if (block.At("type"u8).Says("tool_use"u8))
            {
                if (block.TextAt("id"u8) is not { } id || block.TextAt("name"u8) is not { } name || !block.At("input"u8).IsObject)
                {
                    return HttpFailures.NotTheProtocol;
                }

                choice.Add(new ToolCall(id, name, block.At("input"u8).GetRawText()));
            }
        }

        return new ChatAnswer(
            TranslatedAnswer.IdOf(call, message.TextAt("id"u8)), now, [choice.Build()], UsageOf(message.At("usage"u8)));
    }

    public static string FinishReasonOf(JsonElement stopReason) =>
        stopReason.Says("tool_use"u8) ? "tool_calls"
        : stopReason.Says("max_tokens"u8) || stopReason.Says("model_context_window_exceeded"u8) ? "length"
        : stopReason.Says("refusal"u8) ? "content_filter"
        : "stop";

    /// <summary>Null when it does not count both sides.</summary>
    public static Usage? UsageOf(JsonElement usage) =>
        usage.CountAt("input_tokens"u8) is { } prompt && usage.CountAt("output_tokens"u8) is { } completion
            ? new(prompt + CachedOf(usage), completion)
            : null;

    /// <summary>Tokens of the prompt that were written to the cache or read from it: they are not among the <c>input_tokens</c>.</summary>
    public static int CachedOf(JsonElement usage) =>
        (usage.CountAt("cache_creation_input_tokens"u8) ?? 0) + (usage.CountAt("cache_read_input_tokens"u8) ?? 0);
}
