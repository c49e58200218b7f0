using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>
/// A chat request as it came in: checked, with its members' places known, and otherwise left as bytes. What a provider wants
/// typed is parsed when it asks.
/// </summary>
/// <remarks>
/// The shape is that of OpenAI's <c>POST /v1/chat/completions</c>. It reads from the memory it was parsed from, so that
/// memory must stay as it is until the call has ended.
/// </remarks>
public sealed class ChatRequest
{
    /// <summary>Bytes of text that count as one token where nobody has counted.</summary>
    internal const int BytesPerToken = 4;

    private const int TokensPerMessage = 4, TokensPerMedium = 800;

    private readonly ReadOnlyMemory<MemberRange> _members;
    private IReadOnlyList<ChatMessage>? _messages;

    private ChatRequest(ReadOnlyMemory<byte> body, in RequestScan scan)
    {
        _members = scan.Members;
        Body = body;
        Model = scan.Model ?? "";
        Stream = scan.Stream;
        IncludeUsage = scan.IncludeUsage ?? false;
        IncludeUsageStart = scan.IncludeUsageStart;
        MaxTokens = scan.MaxTokens is { } a && scan.MaxCompletionTokens is { } b
            ? Math.Min(a, b)
            : scan.MaxTokens ?? scan.MaxCompletionTokens;
        ChoiceCount = scan.Choices;
        EstimatedPromptTokens = (scan.TextBytes + BytesPerToken - 1) / BytesPerToken
            + (scan.MessageCount * TokensPerMessage) + (scan.MediaCount * TokensPerMedium);
    }

    /// <summary>The public slug that the caller asked for.</summary>
    public string Model { get; }

    public bool Stream { get; }

    /// <summary><c>stream_options.include_usage</c>: the caller wants a last chunk with the usage.</summary>
    public bool IncludeUsage { get; }

    /// <summary>The lower of <c>max_tokens</c> and <c>max_completion_tokens</c>; null when neither is given.</summary>
    public int? MaxTokens { get; }

    /// <summary><c>n</c>: how many answers are wanted; 1 unless told.</summary>
    public int ChoiceCount { get; }

    /// <summary>
    /// What the prompt may come to, to reserve before the call and to account with when the upstream does not tell: a token
    /// for every four bytes of text (messages, tool calls, tools), four for each message, 800 for each image or sound.
    /// </summary>
    public int EstimatedPromptTokens { get; }

    public IReadOnlyList<ChatMessage> Messages => _messages ??= ReadMessages();

    /// <summary>The text of the last message of role <c>user</c>; empty when there is none.</summary>
    public string LastUserText => Messages.LastOrDefault(m => m.Role == "user")?.Text ?? "";

    /// <summary>The caller's <c>metadata</c> object; null when there is none. It never goes to an upstream.</summary>
    public JsonElement? Metadata => Value(ChatMember.Metadata);

    /// <summary>The <c>tools</c> array; null when there is none.</summary>
    public JsonElement? Tools => Value(ChatMember.Tools);

    /// <summary>The <c>response_format</c> object; null when there is none.</summary>
    public JsonElement? ResponseFormat => Value(ChatMember.ResponseFormat);

    internal ReadOnlyMemory<byte> Body { get; }

    internal ReadOnlySpan<MemberRange> Members => _members.Span;

    /// <summary>Where the value of <c>stream_options.include_usage</c> starts in the body; 0 when it is not there.</summary>
    internal int IncludeUsageStart { get; }

    /// <summary>
    /// Checks a body in one pass. Never throws: on false, <paramref name="faults"/> holds everything that is wrong (the first
    /// hundred, and where the text stops being JSON only what stands before).
    /// </summary>
    public static bool TryParse(
        ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out ChatRequest? request, out IReadOnlyList<Fault> faults)
    {
        request = null;
        if (!JsonText.IsUtf8(utf8.Span))
        {
            faults = [new("body", "is not valid UTF-8")];
            return false;
        }

        var scan = new RequestScan(utf8.Span);
        scan.Run(defaults: false);
        faults = scan.Faults;
        if (faults.Count == 0)
        {
            request = new(utf8, scan);
        }

        return request is not null;
    }

    /// <summary>
    /// What is wrong with a model's default parameters: an object of request members without those that belong to one call
    /// (<c>model</c>, <c>messages</c>, <c>stream</c>, <c>stream_options</c>, <c>metadata</c>).
    /// </summary>
    public static IReadOnlyList<Fault> CheckDefaults(JsonElement parameters)
    {
        var scan = new RequestScan(JsonMarshal.GetRawUtf8Value(parameters));
        scan.Run(defaults: true);
        return scan.Faults;
    }

    internal bool Has(ChatMember member) => Find(member) is not null;

    /// <summary>Whether the body has this member; one that the gateway does not know is found by its quoted name.</summary>
    internal bool Has(ChatMember member, ReadOnlySpan<byte> quotedName)
    {
        if (member != ChatMember.Unknown)
        {
            return Has(member);
        }

        foreach (ref readonly var range in Members)
        {
            if (range.Member == ChatMember.Unknown && Body.Span[range.Start..].StartsWith(quotedName))
            {
                return true;
            }
        }

        return false;
    }

    private MemberRange? Find(ChatMember member)
    {
        foreach (var range in Members)
        {
            if (range.Member == member)
            {
                return range;
            }
        }

        return null;
    }

    private JsonElement? Value(ChatMember member) =>
        Find(member) is { } range ? JsonText.Parse(Body.Span[range.ValueStart..range.End]) : null;

    private IReadOnlyList<ChatMessage> ReadMessages() =>
        [.. Value(ChatMember.Messages)!.Value.EnumerateArray().Select(m => new ChatMessage(m))];
}
