using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Embeddings;

/// <summary>One vector for each input, in the order of the inputs.</summary>
/// <param name="usage">Null when nobody counted.</param>
public sealed class EmbeddingAnswer(IReadOnlyList<float[]> vectors, Usage? usage)
{
    public IReadOnlyList<float[]> Vectors => vectors;

    public Usage? Usage => usage;

    /// <summary>Writes OpenAI's list of embeddings, which is also the <c>data</c> of the native envelope.</summary>
    internal void WriteTo(IBufferWriter<byte> output, ReadOnlySpan<byte> quotedModel, Usage counted, EmbeddingEncoding encoding)
    {
        using var json = new Utf8JsonWriter(output, JsonText.Compact);
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var (index, vector) in vectors.Index())
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, index);
            json.WritePropertyName("embedding"u8);
            Write(json, vector, encoding);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("model"u8);
        json.WriteRawValue(quotedModel, skipInputValidation: true);
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, counted.PromptTokens);
        json.WriteNumber("total_tokens"u8, counted.TotalTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, float[] vector, EmbeddingEncoding encoding)
    {
        if (encoding == EmbeddingEncoding.Base64)
        {
            json.WriteBase64StringValue(MemoryMarshal.AsBytes(vector.AsSpan())); // every machine that .NET runs on is little-endian
            return;
        }

        json.WriteStartArray();
        foreach (var number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}

/// <summary>An answer, or the failure that stands in its place.</summary>
public readonly struct EmbeddingReply
{
    private readonly EmbeddingAnswer? _answer;
    private readonly ProviderFailure? _failure;

    private EmbeddingReply(EmbeddingAnswer? answer, ProviderFailure? failure) => (_answer, _failure) = (answer, failure);

    public static implicit operator EmbeddingReply(EmbeddingAnswer answer) => new(answer, null);

    public static implicit operator EmbeddingReply(ProviderFailure failure) => new(null, failure);

    public bool Succeeded([NotNullWhen(true)] out EmbeddingAnswer? answer, [NotNullWhen(false)] out ProviderFailure? failure)
    {
        (answer, failure) = (_answer, _failure);
        return _answer is not null;
    }
}
