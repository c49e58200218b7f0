namespace ScaiGrid.Gateway.Chat;

/// <summary>Tokens of one call.</summary>
/// <param name="Estimated">
/// The upstream gave no count, so the prompt is <see cref="ChatRequest.EstimatedPromptTokens"/> and the completion a token for
/// every four bytes of answered text.
/// </param>
public readonly record struct Usage(int PromptTokens, int CompletionTokens, int TotalTokens, bool Estimated = false)
{
    public Usage(int promptTokens, int completionTokens) : this(promptTokens, completionTokens, promptTokens + completionTokens)
    {
    }

    internal static Usage Estimate(int promptTokens, long completionBytes)
    {
        var completion = (int)Math.Min((completionBytes + ChatRequest.BytesPerToken - 1) / ChatRequest.BytesPerToken, int.MaxValue / 2);
        return new(promptTokens, completion, promptTokens + completion, Estimated: true);
    }
}
