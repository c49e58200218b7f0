using ScaiGrid.Gateway.Chat;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>Passes an upstream's stream on as it comes.</summary>
internal static class StreamCopy
{
    /// <summary>Null when the answer came to its proper end. All else is a failure, however calmly the connection was closed.</summary>
    public static async ValueTask<ProviderFailure?> RunAsync(
        Stream upstream, IMessageReader messages, IStreamReading reading, ChatStream caller, CancellationToken ct)
    {
        while (await messages.FillAsync(upstream, ct))
        {
            while (messages.TryRead())
            {
                var step = reading.Read(messages.Message);
                if (step is { Ended: true, Failure: null })
                {
                    await caller.FlushAsync(ct);
                }

                if (step.Ended)
                {
                    return step.Failure;
                }
            }

            if (messages.TooLong)
            {
                return HttpFailures.TooLarge;
            }

            await caller.FlushAsync(ct); // all that came together leaves together, and nothing waits for more
        }

        return reading.Close();
    }
}
