using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;
using ScaiGrid.Gateway.Providers.Translation;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>Lines of JSON, the last of which says that it is done.</summary>
internal sealed class OllamaStream(string requestId, ChatStream caller) : IStreamReading
{
    private int _calls;

    public StreamStep Read(Memory<byte> message) => TranslatedAnswer.Read(message, Read);

    private StreamStep Read(JsonElement line)
    {
        var message = line.At("message"u8);
        var done = line.IsTrueAt("done"u8);
        if (line.At("error"u8).IsThere)
        {
            return OllamaFailures.InStream(line);
        }

        if (!message.IsObject && !done)
        {
            return HttpFailures.NotTheProtocol;
        }

        if (message.At("content"u8) is { ValueKind: JsonValueKind.String } content)
        {
            caller.AppendText(0, content.Raw);
        }

        foreach (var call in message.At("tool_calls"u8).Items)
        {
            if (!call.At("function"u8).At("name"u8).IsString)
            {
                return HttpFailures.NotTheProtocol;
            }

            caller.AppendToolCall(
                0, _calls, JsonText.Quote(OllamaAnswer.IdOf(requestId, call, _calls)), call.At("function"u8).At("name"u8).Raw,
                JsonText.Quote(OllamaAnswer.ArgumentsOf(call)));
            _calls++;
        }

        return done ? End(line) : StreamStep.GoOn;
    }

    private StreamStep End(JsonElement last)
    {
        if (OllamaAnswer.UsageOf(last) is { } usage)
        {
            caller.Count(usage);
        }

        caller.AppendFinish(0, OllamaAnswer.FinishReasonOf(last, _calls > 0));
        return StreamStep.Complete;
    }
}
