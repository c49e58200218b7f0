using System.Buffers;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Embeddings;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Routing;

/// <summary>How a call ended; one error of the catalogue for each that is not an answer.</summary>
public enum ChatOutcome
{
    Answered,

    /// <summary>The request is at fault or its content is refused: <c>VALIDATION_ERROR</c>.</summary>
    Rejected,

    /// <summary><c>BACKEND_ERROR</c>.</summary>
    BackendError,

    /// <summary><c>BACKEND_TIMEOUT</c>.</summary>
    BackendTimeout,

    /// <summary><c>BACKEND_RATE_LIMITED</c>.</summary>
    BackendRateLimited,

    /// <summary>No backend could be asked, all circuits being open, or the one asked is not running: <c>MODEL_UNAVAILABLE</c>.</summary>
    ModelUnavailable,

    /// <summary><c>UPSTREAM_SHAPE_MISMATCH</c>.</summary>
    ShapeMismatch,

    /// <summary>The caller left.</summary>
    Canceled,
}

/// <summary>All there is to say about one call, for the answer, the account and the log. Dispose it when the answer is written.</summary>
public sealed class ChatResult : IDisposable
{
    private readonly Route _route;
    private readonly ChatContext _context;
    private readonly DateTimeOffset _ended;

    internal ChatResult(ChatOutcome outcome, Route route, ChatContext context, DateTimeOffset ended) =>
        (Outcome, _route, _context, _ended) = (outcome, route, context, ended);

    public ChatOutcome Outcome { get; }

    /// <summary>Null when there is none, and after a stream.</summary>
    public ChatAnswer? Answer { get; internal init; }

    /// <summary>What a request for embeddings is answered with; null when there is none, and after a chat.</summary>
    public EmbeddingAnswer? Embeddings { get; internal init; }

    /// <summary>Why there is no answer, or why a stream stopped; null when all went well or the caller left.</summary>
    public ProviderFailure? Failure { get; internal init; }

    /// <summary>How long the caller should wait before trying again; null when nobody knows.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>The backend of the last attempt; null when there was none.</summary>
    public string? BackendId { get; internal init; }

    /// <summary>Requests sent to backends.</summary>
    public int Attempts { get; internal init; }

    /// <summary>The whole call, with all its attempts and waits.</summary>
    public TimeSpan Latency { get; internal init; }

    /// <summary>From the call to the first step of a stream, or to the whole answer; null when nothing came.</summary>
    public TimeSpan? TimeToFirstToken { get; internal init; }

    /// <summary>
    /// What the call used: what the upstream counted, else an estimate. Nothing for a call that failed before its first step;
    /// the estimated prompt, and the text sent so far, when the caller left or the stream broke off.
    /// </summary>
    public Usage Usage { get; internal init; }

    /// <summary>Something of a stream has been sent, so an error can only be told inside the stream.</summary>
    public bool ContentSent { get; internal init; }

    /// <summary>Writes the answer: OpenAI's <c>chat.completion</c> object, which is also the <c>data</c> of the native envelope.</summary>
    /// <exception cref="InvalidOperationException">There is no answer to write.</exception>
    public void WriteTo(IBufferWriter<byte> output)
    {
        var answer = Answer ?? throw new InvalidOperationException("This call has no answer to write.");
        answer.WriteTo(output, _route.QuotedSlug.Span, Usage, _context.RequestId, _ended);
    }

    /// <summary>Writes OpenAI's list of embeddings, which is also the <c>data</c> of the native envelope.</summary>
    /// <exception cref="InvalidOperationException">There is no answer to write.</exception>
    public void WriteTo(IBufferWriter<byte> output, EmbeddingEncoding encoding)
    {
        var embeddings = Embeddings ?? throw new InvalidOperationException("This call has no answer to write.");
        embeddings.WriteTo(output, _route.QuotedSlug.Span, Usage, encoding);
    }

    public void Dispose() => Answer?.Dispose();
}
