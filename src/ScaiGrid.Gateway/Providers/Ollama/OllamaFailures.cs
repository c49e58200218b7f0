using System.Text.Json;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers.Http;

namespace ScaiGrid.Gateway.Providers.Ollama;

/// <summary>What an error of Ollama's means: <c>{"error":"…"}</c>, a sentence and nothing more, so the status has to do.</summary>
internal static class OllamaFailures
{
    /// <param name="failure">What the status means.</param>
    public static ProviderFailure From(ProviderFailure failure, ReadOnlyMemory<byte> body)
    {
        if (!JsonReading.TryParse(body, out var document))
        {
            return failure;
        }

        using (document)
        {
            return HttpFailures.Refine(failure, null, document.RootElement.TextAt("error"u8));
        }
    }

    /// <summary>An error that came after status 200.</summary>
    public static ProviderFailure InStream(JsonElement line) => HttpFailures.FromStatus(line.CountAt("status_code"u8) is { } code and >= 400 and <= 599 ? code : 500);
}
