namespace ScaiGrid.Gateway.Providers.Google;

/// <summary>
/// What the model thought before it called a function comes back as a signature that must return with the call. Callers send
/// back a call's id and nothing else that is not OpenAI's, so the signature travels in the id, after a tilde.
/// </summary>
internal static class GoogleSignatures
{
    /// <summary>What Google documents for calls that another model made.</summary>
    public const string Foreign = "skip_thought_signature_validator";

    private const char Separator = '~';

    /// <summary>Models from the third generation on refuse calls without one.</summary>
    public static bool AreRequiredBy(string model) =>
        model.StartsWith("gemini-", StringComparison.Ordinal)
        && !model.StartsWith("gemini-1", StringComparison.Ordinal) && !model.StartsWith("gemini-2", StringComparison.Ordinal);

    public static string Join(string id, string? signature) => signature is null ? id : $"{id}{Separator}{signature}";

    /// <summary>Null when the id carries none.</summary>
    public static string? Of(string id) => id.IndexOf(Separator) is var at and >= 0 ? id[(at + 1)..] : null;
}
