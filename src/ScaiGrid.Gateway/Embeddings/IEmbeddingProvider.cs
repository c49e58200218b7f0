using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Embeddings;

/// <summary>What a provider is asked: the request, by way of a route, on somebody's behalf.</summary>
public readonly record struct EmbeddingCall(EmbeddingRequest Request, Route Route, ChatContext Context);

/// <summary>A backend that can turn text into vectors. As <see cref="IChatProvider"/> it throws for bugs alone.</summary>
public interface IEmbeddingProvider
{
    ValueTask<EmbeddingReply> EmbedAsync(EmbeddingCall call, CancellationToken ct);
}

internal static class EmbeddingFailures
{
    /// <summary>The backend's protocol has no embeddings, or this gateway does not know how to ask for them.</summary>
    public static ProviderFailure NotOffered { get; } = new(FailureClass.CallerFault, "is of a kind that makes no embeddings")
    {
        Details = new Dictionary<string, string> { ["field"] = "model" },
    };

    public static ProviderFailure TextOnly { get; } = new(FailureClass.CallerFault, "must be text: the model's backend takes no tokens")
    {
        Details = new Dictionary<string, string> { ["field"] = "input" },
    };
}
