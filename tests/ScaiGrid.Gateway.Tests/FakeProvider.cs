using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Tests;

/// <summary>A backend that replies as told, one reply after the other; the last one stays.</summary>
internal sealed class FakeProvider(params ProviderReply[] replies) : IChatProvider
{
    private int _next;

    public int Calls => _next;

    public static ChatAnswer Answer(string text = "Hi", Usage? usage = null) =>
        new("chatcmpl-1", DateTimeOffset.UnixEpoch, [new ChatChoice(0, text)], usage);

    public static ProviderFailure Failure(FailureClass failure, TimeSpan? retryAfter = null) =>
        new(failure, $"It is {failure}.", RetryAfter: retryAfter);

    public ValueTask<ProviderReply> ChatAsync(ChatCall call, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(replies.Length == 0 ? Answer() : replies[Math.Min(_next++, replies.Length - 1)]);
    }
}
