using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>
/// Answers in pieces. Nothing marks the end but that the connection closes, so the answer is complete when by then every
/// candidate has given its <c>finishReason</c>.
/// </summary>
internal sealed class GoogleStream(string requestId, ChatStream caller) : IStreamReading
{
    /// <summary>More than the protocol offers.</summary>
    private const int MostCandidates = 16;

    private readonly int[] _calls = new int[MostCandidates];
    private int _candidates = 1;
    private uint _finished;

    public StreamStep Read(Memory<byte> message) => TranslatedAnswer.Read(message, Read);

    public ProviderFailure? Close() => uint.PopCount(_finished) >= _candidates ? null : HttpFailures.CutShort;

    private StreamStep Read(JsonElement response)
    {
        if (GoogleAnswer.FailureIn(response) is { } failure)
        {
            return failure;
        }

        if (!response.At("candidates"u8).IsArray && !response.At("usageMetadata"u8).IsObject)
        {
            return HttpFailures.NotTheProtocol;
        }

        caller.Identify(response.TextAt("responseId"u8) ?? "");
        foreach (var candidate in response.At("candidates"u8).Items)
        {
            var index = candidate.CountAt("index"u8) ?? 0;
            if (index >= MostCandidates)
            {
                return HttpFailures.NotTheProtocol;
            }

            _candidates = Math.Max(_candidates, index + 1);
            if (Append(index, candidate) is { } broken)
            {
                return broken;
            }
        }

        if (GoogleAnswer.UsageOf(response.At("usageMetadata"u8)) is { } usage && Close() is null)
        {
            caller.Count(usage); // those before the last are of a part of the answer
        }

        return StreamStep.GoOn;
    }

    private ProviderFailure? Append(int index, JsonElement candidate)
    {
        foreach (var part in candidate.At("content"u8).At("parts"u8).Items)
        {
            if (part.At("functionCall"u8).IsObject)
            {
                if (!AppendCall(index, part))
                {
                    return HttpFailures.NotTheProtocol;
                }
            }
            else if (part.At("text"u8).IsString && !part.IsTrueAt("thought"u8))
            {
                caller.AppendText(index, part.At("text"u8).Raw);
            }
        }

        var reason = candidate.At("finishReason"u8);
        if (!reason.IsString || (_finished & (1u << index)) != 0)
        {
            return null;
        }

        if (GoogleAnswer.FinishReasonOf(reason, _calls[index] > 0) is not { } finish)
        {
            return GoogleFailures.BrokeOff;
        }

        _finished |= 1u << index;
        caller.AppendFinish(index, finish);
        return null;
    }

    private bool AppendCall(int index, JsonElement part)
    {
        var function = part.At("functionCall"u8);
        if (!function.At("name"u8).IsString)
        {
            return false;
        }

        var number = _calls[index]++;
        var arguments = function.At("args"u8);
        caller.AppendToolCall(
            index, number,
            JsonText.Quote(GoogleAnswer.IdOf(requestId, part, number + (index * 1000))),
            function.At("name"u8).Raw,
            JsonText.Quote(arguments.IsObject ? arguments.GetRawText() : "{}"));
        return true;
    }
}
