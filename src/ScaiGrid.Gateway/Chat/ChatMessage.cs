using System.Text.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>One message of a request that has been checked.</summary>
/// <param name="Json">The message as it was sent. It owns its memory.</param>
public sealed record ChatMessage(JsonElement Json)
{
    /// <summary><c>system</c>, <c>developer</c>, <c>user</c>, <c>assistant</c> or <c>tool</c>.</summary>
    public string Role { get; } = Json.GetProperty("role").GetString()!;

    /// <summary>The text, the text parts put together line by line; empty where there is none, images and sound left out.</summary>
    public string Text { get; } = Json.TryGetProperty("content", out var content) ? TextOf(content) : "";

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Join('\n', content.EnumerateArray()
            .Where(p => p.GetProperty("type").ValueEquals("text"))
            .Select(p => p.GetProperty("text").GetString())),
        _ => "",
    };
}
