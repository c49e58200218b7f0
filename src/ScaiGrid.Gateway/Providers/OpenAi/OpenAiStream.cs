using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>Passes an upstream's stream on, chunk by chunk.</summary>
internal static class OpenAiStream
{
    /// <summary>
    /// Null when the stream came to its proper end: every choice gave its <c>finish_reason</c>, and <c>[DONE]</c> came. All
    /// else is a failure, however calmly the connection was closed.
    /// </summary>
    public static async ValueTask<ProviderFailure?> CopyAsync(
        Stream upstream, ChatStream caller, int longestEvent, CancellationToken ct)
    {
        using var events = new SseReader(longestEvent);
        int choices = 1, finished = 0;
        while (await events.FillAsync(upstream, ct))
        {
            while (events.TryRead())
            {
                if (events.Data.SequenceEqual("[DONE]"u8))
                {
                    await caller.FlushAsync(ct);
                    return finished >= choices ? null : HttpFailures.CutShort;
                }

                if (Forward(events, caller, ref choices, ref finished) is { } failure)
                {
                    return failure;
                }
            }

            if (events.TooLong)
            {
                return HttpFailures.TooLarge;
            }

            await caller.FlushAsync(ct); // all that came together leaves together, and nothing waits for more
        }

        return HttpFailures.CutShort;
    }

    private static ProviderFailure? Forward(SseReader events, ChatStream caller, ref int choices, ref int finished)
    {
        var chunk = events.Data;
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

        choices = Math.Max(choices, scan.LastIndex + 1);
        finished += scan.Finished;
        caller.Forward(chunk, scan);
        return null;
    }
}
