using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Anthropic;

/// <summary>Events from <c>message_start</c> to <c>message_stop</c>, without which no answer is complete.</summary>
internal sealed class AnthropicStream(ChatStream caller) : IStreamReading
{
    private int _prompt, _calls;
    private bool _inCall, _hasArguments;
    private string _finishReason = "stop";

    public StreamStep Read(Memory<byte> message) => TranslatedAnswer.Read(message, Read);

    private StreamStep Read(JsonElement told)
    {
        var type = told.At("type"u8);
        return type.Says("content_block_delta"u8) ? Append(told.At("delta"u8))
            : type.Says("content_block_start"u8) ? BeginBlock(told.At("content_block"u8))
            : type.Says("content_block_stop"u8) ? EndBlock()
            : type.Says("message_start"u8) ? Begin(told.At("message"u8))
            : type.Says("message_delta"u8) ? Conclude(told)
            : type.Says("message_stop"u8) ? End()
            : type.Says("error"u8) ? AnthropicFailures.InStream(told)
            : type.IsString ? StreamStep.GoOn // ping, and whatever is added to the protocol
            : HttpFailures.NotTheProtocol;
    }

    private StreamStep Begin(JsonElement message)
    {
        caller.Identify(message.TextAt("id"u8) ?? "");
        var usage = message.At("usage"u8);
        _prompt = (usage.CountAt("input_tokens"u8) ?? 0) + AnthropicAnswer.CachedOf(usage);
        return StreamStep.GoOn;
    }

    private StreamStep BeginBlock(JsonElement block)
    {
        _inCall = block.At("type"u8).Says("tool_use"u8);
        if (!_inCall)
        {
            if (block.At("type"u8).Says("text"u8) && block.At("text"u8).IsString)
            {
                caller.AppendText(0, block.At("text"u8).Raw);
            }

            return StreamStep.GoOn;
        }

        if (!block.At("id"u8).IsString || !block.At("name"u8).IsString)
        {
            return HttpFailures.NotTheProtocol;
        }

        caller.AppendToolCall(0, _calls++, block.At("id"u8).Raw, block.At("name"u8).Raw, "\"\""u8);
        _hasArguments = false;
        return StreamStep.GoOn;
    }

    private StreamStep Append(JsonElement delta)
    {
        if (delta.At("type"u8).Says("text_delta"u8) && delta.At("text"u8).IsString)
        {
            caller.AppendText(0, delta.At("text"u8).Raw);
        }
        else if (delta.At("type"u8).Says("input_json_delta"u8) && _inCall && delta.At("partial_json"u8) is { ValueKind: JsonValueKind.String } piece
            && piece.Raw.Length > 2)
        {
            _hasArguments = true;
            caller.AppendArguments(0, _calls - 1, piece.Raw);
        }

        return StreamStep.GoOn;
    }

    private StreamStep EndBlock()
    {
        if (_inCall && !_hasArguments)
        {
            caller.AppendArguments(0, _calls - 1, "\"{}\""u8); // a call without arguments says nothing; ours are always an object
        }

        _inCall = false;
        return StreamStep.GoOn;
    }

    private StreamStep Conclude(JsonElement told)
    {
        var reason = told.At("delta"u8).At("stop_reason"u8);
        _finishReason = reason.IsString ? AnthropicAnswer.FinishReasonOf(reason) : _finishReason;
        var usage = told.At("usage"u8);
        if (usage.CountAt("output_tokens"u8) is { } completion)
        {
            var prompt = usage.CountAt("input_tokens"u8) is { } counted ? counted + AnthropicAnswer.CachedOf(usage) : _prompt;
            caller.Count(new(Math.Max(prompt, _prompt), completion));
        }

        return StreamStep.GoOn;
    }

    private StreamStep End()
    {
        caller.AppendFinish(0, _finishReason);
        return StreamStep.Complete;
    }
}
