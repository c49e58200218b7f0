using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>Passes an upstream's chunks on. The answer is complete when every choice gave its <c>finish_reason</c> and <c>[DONE]</c> came.</summary>
internal sealed class OpenAiStream(ChatStream caller) : IStreamReading
{
    private int _choices = 1, _finished;

    public StreamStep Read(Memory<byte> message)
    {
        var chunk = message.Span;
        if (chunk.SequenceEqual("[DONE]"u8))
        {
            return _finished >= _choices ? StreamStep.Complete : HttpFailures.CutShort;
        }

        chunk.Replace((byte)'\n', (byte)' '); // an event of several lines leaves as one; in JSON they are only white space
        var scan = new CompletionScan(chunk, chunk: true);
        if (!JsonText.IsUtf8(chunk) || !scan.TryRun())
        {
            return HttpFailures.NotTheProtocol;
        }

        if (scan.HasError)
        {
            return OpenAiFailures.FromBody(chunk);
        }

        _choices = Math.Max(_choices, scan.LastIndex + 1);
        _finished += scan.Finished;
        caller.Forward(chunk, scan);
        return StreamStep.GoOn;
    }
}
