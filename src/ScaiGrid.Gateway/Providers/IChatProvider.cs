using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Providers;

/// <summary>What a provider is asked: the request, by way of a route, on somebody's behalf.</summary>
/// <remarks>The route's system prompt, default parameters and output limit are the provider's to apply, where they apply at all.</remarks>
public readonly record struct ChatCall(ChatRequest Request, Route Route, ChatContext Context);

/// <summary>One backend: a provider's protocol bound to one connection. Safe for many calls at once.</summary>
/// <remarks>
/// A failure is a value. An exception is a bug, but for <see cref="OperationCanceledException"/>: the token is cancelled when
/// the caller leaves and when the backend's time is up, and the dispatcher knows which.
/// </remarks>
public interface IChatProvider
{
    ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct);

    /// <summary>Sends the answer step by step. A provider that cannot lets the whole answer be sent as steps.</summary>
    /// <returns>Null when the answer came to its proper end.</returns>
    async ValueTask<ProviderFailure?> StreamAsync(ChatCall call, ChatStream stream, CancellationToken ct)
    {
        var reply = await ChatAsync(call, ct);
        if (!reply.Succeeded(out var answer, out var failure))
        {
            return failure;
        }

        using (answer)
        {
            await stream.WriteAsync(answer, ct);
            return null;
        }
    }
}
