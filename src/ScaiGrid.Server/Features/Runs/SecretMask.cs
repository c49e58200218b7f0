using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Takes a Core's secrets out of what is written about its runs: a template may have put them anywhere.</summary>
internal sealed class SecretMask
{
    public const string Masked = "••••••••";

    /// <summary>Shorter ones are no secrets, and would take half of every text with them.</summary>
    private const int ShortestSecret = 4;

    public static readonly SecretMask None = new([]);

    private readonly string[] _secrets, _written;

    private SecretMask(string[] secrets) =>
        (_secrets, _written) = (secrets, [.. secrets.Select(s => JsonEncodedText.Encode(s, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value)]);

    public static SecretMask Of(IEnumerable<string> secrets)
    {
        string[] some = [.. secrets.Where(s => s.Length >= ShortestSecret).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length)];
        return some.Length == 0 ? None : new(some);
    }

    public string InText(string text) => Replace(text, _secrets);

    /// <param name="json">As <see cref="Kernel.Json"/> writes it.</param>
    public string InJson(string json) => Replace(json, _written);

    private static string Replace(string text, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        return text;
    }
}
