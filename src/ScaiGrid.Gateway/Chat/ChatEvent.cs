namespace ScaiGrid.Gateway.Chat;

/// <summary>One step of a streamed answer, as a provider says it. All members are optional; empty steps are allowed.</summary>
public sealed record ChatEvent
{
    /// <summary>Which choice this belongs to.</summary>
    public int Index { get; init; }

    /// <summary>The first step of a choice names its role.</summary>
    public string? Role { get; init; }

    /// <summary>The text to append.</summary>
    public string? Content { get; init; }

    /// <summary>Calls that are complete, all of them in one step.</summary>
    public IReadOnlyList<ToolCall>? ToolCalls { get; init; }

    /// <summary>The last step of a choice says why it ended.</summary>
    public string? FinishReason { get; init; }
}
