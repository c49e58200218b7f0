namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>Takes messages out of bytes that arrive in pieces of any size: server-sent events, or lines.</summary>
internal interface IMessageReader : IDisposable
{
    /// <summary>The message. Valid until the next read; its bytes may be changed.</summary>
    Memory<byte> Message { get; }

    /// <summary>A message is longer than allowed: what follows cannot be read.</summary>
    bool TooLong { get; }

    /// <summary>Waits for more bytes; false at the end of the stream.</summary>
    ValueTask<bool> FillAsync(Stream source, CancellationToken ct);

    /// <summary>The next message among the bytes that have arrived; false when it needs more of them.</summary>
    bool TryRead();
}
