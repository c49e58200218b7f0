using System.Numerics;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Mistral;

/// <summary>Chunks much like OpenAI's. The answer is complete when every choice gave its <c>finish_reason</c> and <c>[DONE]</c> came.</summary>
internal sealed class MistralStream(ChatStream caller) : IStreamReading
{
    private const int MostChoices = 64;

    private readonly HashSet<(int Choice, int Call)> _begun = [];
    private int _choices = 1;
    private ulong _finished;

    public StreamStep Read(Memory<byte> message) =>
        !message.Span.SequenceEqual("[DONE]"u8) ? TranslatedAnswer.Read(message, Read)
        : BitOperations.PopCount(_finished) >= _choices ? StreamStep.Complete
        : HttpFailures.CutShort;

    private StreamStep Read(JsonElement chunk)
    {
        if (!chunk.At("choices"u8).IsArray)
        {
            return chunk.At("object"u8).Says("error"u8) || chunk.At("error"u8).IsThere ? MistralFailures.InStream(chunk) : HttpFailures.NotTheProtocol;
        }

        caller.Identify(chunk.TextAt("id"u8) ?? "");
        foreach (var choice in chunk.At("choices"u8).Items)
        {
            var index = choice.CountAt("index"u8) ?? 0;
            if (index >= MostChoices || !Append(index, choice.At("delta"u8)))
            {
                return HttpFailures.NotTheProtocol;
            }

            _choices = Math.Max(_choices, index + 1);
            if (choice.At("finish_reason"u8).Says("error"u8))
            {
                return MistralAnswer.BrokeOff;
            }

            if (MistralAnswer.FinishReasonOf(choice.At("finish_reason"u8)) is { } reason)
            {
                _finished |= 1UL << index;
                caller.AppendFinish(index, reason);
            }
        }

        if (MistralAnswer.UsageOf(chunk.At("usage"u8)) is { } usage)
        {
            caller.Count(usage);
        }

        return StreamStep.GoOn;
    }

    private bool Append(int index, JsonElement delta)
    {
        var content = delta.At("content"u8);
        if (content.IsString)
        {
            caller.AppendText(index, content.Raw);
        }

        foreach (var piece in content.Items)
        {
            if (piece.At("type"u8).Says("text"u8) && piece.At("text"u8).IsString)
            {
                caller.AppendText(index, piece.At("text"u8).Raw);
            }
        }

        var position = 0;
        foreach (var call in delta.At("tool_calls"u8).Items)
        {
            if (!AppendCall(index, call, call.CountAt("index"u8) ?? position++))
            {
                return false;
            }
        }

        return true;
    }

    private bool AppendCall(int choice, JsonElement call, int number)
    {
        var function = call.At("function"u8);
        if (MistralAnswer.ArgumentsOf(function.At("arguments"u8)) is not { } arguments)
        {
            return false;
        }

        if (_begun.Contains((choice, number)))
        {
            caller.AppendArguments(choice, number, JsonText.Quote(arguments));
            return true;
        }

        if (!call.At("id"u8).IsString || !function.At("name"u8).IsString)
        {
            return false;
        }

        _begun.Add((choice, number));
        caller.AppendToolCall(choice, number, call.At("id"u8).Raw, function.At("name"u8).Raw, JsonText.Quote(arguments));
        return true;
    }
}
