using System.Text.Json;
using ScaiGrid.Gateway.Embeddings;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>How an upstream that makes embeddings is asked for them; headers and failures are those of its other calls.</summary>
internal interface IEmbeddingProtocol
{
    /// <summary>Where a request for embeddings is posted.</summary>
    Uri EmbeddingsUri { get; }

    /// <summary>False when the upstream understands text alone.</summary>
    bool TakesTokens => false;

    /// <summary>Writes the members of the request's body.</summary>
    void Write(EmbeddingCall call, Utf8JsonWriter json);

    /// <summary>Reads the answer, which is an object.</summary>
    EmbeddingReply Read(EmbeddingCall call, JsonElement answer);
}
