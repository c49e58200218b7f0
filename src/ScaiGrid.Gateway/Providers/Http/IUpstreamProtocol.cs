using System.Collections.Immutable;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>
/// How one upstream is spoken to over HTTP: where it is, what goes there, and what comes back means. It holds no call's state
/// and is safe for many at once.
/// </summary>
internal interface IUpstreamProtocol
{
    /// <summary>Where a call is posted.</summary>
    Uri UriOf(bool stream);

    /// <summary>What goes with every call, the credential included.</summary>
    ImmutableArray<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Writes the request's body. What the upstream has no way to be asked for is a failure of the caller's, and nothing is sent.</summary>
    ProviderFailure? Write(ChatCall call, bool stream, PooledBuffer body);

    /// <summary>Reads a whole answer.</summary>
    /// <param name="answer">Its body. It goes into the answer, or is disposed before this returns.</param>
    /// <param name="now">When it came.</param>
    ProviderReply Read(ChatCall call, PooledBuffer answer, DateTimeOffset now);

    /// <summary>Takes a streamed answer apart into messages.</summary>
    IMessageReader ReadMessages();

    /// <summary>Reads one streamed answer, message by message.</summary>
    IStreamReading ReadStream(ChatCall call, ChatStream caller);

    /// <summary>What a status that is not 200 means.</summary>
    /// <param name="body">Empty when it was too long to be an error.</param>
    ProviderFailure Explain(int status, ReadOnlyMemory<byte> body, TimeSpan? retryAfter);
}

/// <summary>The reading of one streamed answer: it says to the caller what each message says to us.</summary>
internal interface IStreamReading
{
    /// <summary>Reads one message. What it appends to the caller's stream is sent when no more have arrived with it.</summary>
    StreamStep Read(Memory<byte> message);

    /// <summary>What it means that no more messages come: null when all has been said.</summary>
    ProviderFailure? Close() => HttpFailures.CutShort;
}

/// <summary>Where a streamed answer stands after a message.</summary>
internal readonly record struct StreamStep(bool Ended, ProviderFailure? Failure = null)
{
    public static StreamStep GoOn => default;

    /// <summary>The answer has come to its proper end.</summary>
    public static StreamStep Complete => new(Ended: true);

    public static implicit operator StreamStep(ProviderFailure failure) => new(Ended: true, failure);
}
