using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Embeddings;

/// <summary>How the caller wants vectors written.</summary>
public enum EmbeddingEncoding
{
    /// <summary>An array of numbers.</summary>
    Float,

    /// <summary>The numbers as 32-bit floats, little-endian, in base64: a quarter of the size.</summary>
    Base64,
}

/// <summary>A request for embeddings, in the shape of OpenAI's <c>POST /v1/embeddings</c>.</summary>
public sealed class EmbeddingRequest
{
    public const int MostInputs = 2048;

    private const int MostDimensions = 65_536, LongestInput = 8 << 20;

    private EmbeddingRequest(string model, IReadOnlyList<string> texts, IReadOnlyList<IReadOnlyList<int>> tokens) =>
        (Model, Texts, Tokens) = (model, texts, tokens);

    /// <summary>The public slug that the caller asked for.</summary>
    public string Model { get; }

    /// <summary>What is to be embedded; empty when the caller sent tokens.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>The inputs as the model's own tokens, which only upstreams of OpenAI's protocol take; empty when the caller sent text.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Tokens { get; }

    public int InputCount => Math.Max(Texts.Count, Tokens.Count);

    /// <summary>The length of the vectors; null leaves it to the model.</summary>
    public int? Dimensions { get; private init; }

    public EmbeddingEncoding Encoding { get; private init; }

    /// <summary>The caller's word for its own user, which goes to upstreams that take one; null when there is none.</summary>
    public string? User { get; private init; }

    /// <summary>What the inputs may come to, where nobody counts them: a token for every four bytes of text.</summary>
    public int EstimatedPromptTokens => (int)Math.Min(
        int.MaxValue / 2,
        Tokens.Sum(t => (long)t.Count) + Texts.Sum(t => (System.Text.Encoding.UTF8.GetByteCount(t) + ChatRequest.BytesPerToken - 1L) / ChatRequest.BytesPerToken));

    /// <summary>Checks a body. Never throws: on false, <paramref name="faults"/> holds everything that is wrong.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out EmbeddingRequest? request, out IReadOnlyList<Fault> faults)
    {
        request = null;
        if (!JsonReading.TryParse(utf8, out var document))
        {
            faults = [new("body", "is not JSON that can be read here")];
            return false;
        }

        using (document)
        {
            var reader = new ConfigReader(document.RootElement, faults: []);
            var read = Read(reader);
            faults = [.. reader.Faults.Select(f => f.Field.Length == 0 ? f with { Field = "body" } : f)];
            request = faults.Count == 0 ? read : null;
            return request is not null;
        }
    }

    private static EmbeddingRequest Read(ConfigReader body)
    {
        var before = body.Faults.Count;
        var model = body.Line("model", 200);
        if (model is null && body.IsReadable && body.Faults.Count == before)
        {
            body.Fault("model", "is required");
        }

        var (texts, tokens) = ReadInput(body);
        var request = new EmbeddingRequest(model ?? "", texts, tokens)
        {
            Dimensions = body.Integer("dimensions", 1, MostDimensions),
            Encoding = ReadEncoding(body),
            User = body.Line("user", 512),
        };
        body.RefuseOthers();
        return request;
    }

    private static EmbeddingEncoding ReadEncoding(ConfigReader body)
    {
        switch (body.Get("encoding_format", "float or base64", JsonValueKind.String)?.GetString())
        {
            case null or "float": return EmbeddingEncoding.Float;
            case "base64": return EmbeddingEncoding.Base64;
            default:
                body.Fault("encoding_format", "must be float or base64");
                return EmbeddingEncoding.Float;
        }
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<IReadOnlyList<int>> Tokens) ReadInput(ConfigReader body)
    {
        const string what = "a string, an array of strings, an array of tokens, or an array of arrays of tokens";
        var before = body.Faults.Count;
        if (body.Get("input", what, JsonValueKind.String, JsonValueKind.Array) is not { } input)
        {
            if (body.IsReadable && body.Faults.Count == before)
            {
                body.Fault("input", $"is required: {what}");
            }

            return ([], []);
        }

        if (input.IsString)
        {
            return (ReadTexts(body, [input], _ => "input"), []);
        }

        if (input.GetArrayLength() is 0 or > MostInputs && input.Items.FirstOrDefault().ValueKind != JsonValueKind.Number)
        {
            body.Fault("input", $"must have 1 to {MostInputs} inputs");
            return ([], []);
        }

        return input[0].ValueKind switch
        {
            JsonValueKind.String => (ReadTexts(body, input.Items, i => $"input[{i}]"), []),
            JsonValueKind.Number => ([], [ReadTokens(body, input, "input")]),
            _ => ([], [.. input.Items.Index().Select(list => ReadTokens(body, list.Item, $"input[{list.Index}]"))]),
        };
    }

    private static List<string> ReadTexts(ConfigReader body, IEnumerable<JsonElement> items, Func<int, string> pathOf)
    {
        var texts = new List<string>();
        foreach (var (index, item) in items.Index())
        {
            var text = item.IsString ? item.GetString()! : "";
            if (text.Length is 0 or > LongestInput)
            {
                body.Fault(pathOf(index), $"must be text of 1 to {LongestInput} characters");
            }

            texts.Add(text);
        }

        return texts;
    }

    private static List<int> ReadTokens(ConfigReader body, JsonElement list, string path)
    {
        var tokens = new List<int>();
        foreach (var item in list.Items)
        {
            tokens.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var token) ? token : -1);
        }

        if (tokens.Count == 0 || tokens.Exists(t => t < 0))
        {
            body.Fault(path, "must be an array of tokens: whole numbers of at least 0, at least one of them");
        }

        return tokens;
    }
}
