using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Embeddings;

/// <summary>What the protocols write and read alike.</summary>
internal static class EmbeddingJson
{
    /// <summary>A vector has at most as many numbers as a request may ask for.</summary>
    private const int LongestVector = 65_536;

    public static void WriteInput(Utf8JsonWriter json, EmbeddingRequest request)
    {
        json.WriteStartArray("input"u8);
        foreach (var text in request.Texts)
        {
            json.WriteStringValue(text);
        }

        foreach (var tokens in request.Tokens)
        {
            json.WriteStartArray();
            foreach (var token in tokens)
            {
                json.WriteNumberValue(token);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>OpenAI's answer: <c>{"data":[{"index","embedding":[…]}],"usage":{"prompt_tokens","total_tokens"}}</c>.</summary>
    public static EmbeddingReply ReadOpenAi(EmbeddingCall call, JsonElement answer)
    {
        var vectors = new float[call.Request.InputCount][];
        foreach (var (place, item) in answer.At("data"u8).Items.Index())
        {
            var index = item.CountAt("index"u8) ?? place;
            if (index >= vectors.Length || vectors[index] is not null || !TryReadVector(item.At("embedding"u8), out vectors[index]))
            {
                return HttpFailures.NotTheProtocol;
            }
        }

        return Answer(vectors, answer.At("usage"u8).CountAt("prompt_tokens"u8));
    }

    /// <param name="vectors">Null where nothing came.</param>
    /// <param name="promptTokens">Null when the upstream did not count.</param>
    public static EmbeddingReply Answer(float[]?[] vectors, int? promptTokens) => Array.Exists(vectors, v => v is null)
        ? HttpFailures.NotTheProtocol
        : new EmbeddingAnswer(vectors!, promptTokens is { } count ? new Usage(count, 0) : null);

    public static bool TryReadVector(JsonElement list, out float[] vector)
    {
        vector = [];
        if (!list.IsArray || list.GetArrayLength() is 0 or > LongestVector)
        {
            return false;
        }

        var numbers = new float[list.GetArrayLength()];
        foreach (var (i, item) in list.Items.Index())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetSingle(out numbers[i]) || !float.IsFinite(numbers[i]))
            {
                return false;
            }
        }

        vector = numbers;
        return true;
    }
}
