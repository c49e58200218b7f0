using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>
/// The one pass over a request's body: checks every known member, collects every fault, and notes where each top-level
/// member stands so that the body can be sent on by copying ranges.
/// </summary>
internal ref partial struct RequestScan(ReadOnlySpan<byte> body)
{
    private Utf8JsonReader _json = new(body, JsonText.Strict);
    private Faults _faults;
    private MemberRange[] _members = new MemberRange[8];
    private int _count;
    private uint _seen;
    private int _message, _part;
    private bool _halved;

    public readonly IReadOnlyList<Fault> Faults => _faults.List;

    /// <summary>The members in the order of the body, in memory that is the caller's to keep.</summary>
    public readonly ReadOnlyMemory<MemberRange> Members => _members.AsMemory(0, _count);

    public string? Model { get; private set; }

    public bool Stream { get; private set; }

    /// <summary>The value of <c>stream_options.include_usage</c>; null when it is not there.</summary>
    public bool? IncludeUsage { get; private set; }

    /// <summary>Where the value of <c>stream_options.include_usage</c> starts.</summary>
    public int IncludeUsageStart { get; private set; }

    public int? MaxTokens { get; private set; }

    public int? MaxCompletionTokens { get; private set; }

    public int Choices { get; private set; } = 1;

    /// <summary>Bytes of text that a model would read, without the JSON around it and without images and sound.</summary>
    public int TextBytes { get; private set; }

    public int MessageCount { get; private set; }

    public int MediaCount { get; private set; }

    /// <param name="defaults">The body is a model's default parameters: what belongs to one call only is refused in it.</param>
    public void Run(bool defaults)
    {
        try
        {
            ReadBody();
        }
        catch (JsonException e)
        {
            _faults.Add("body", WhyUnreadable(e));
            return;
        }

        if (defaults)
        {
            RefuseCallMembers();
        }
        else
        {
            RequireCallMembers();
        }
    }

    private readonly string WhyUnreadable(JsonException e)
    {
        var opened = _json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0;
        return _halved ? $"holds half a character (an unpaired surrogate) in the text at byte {_json.TokenStartIndex}"
            : _json.CurrentDepth + opened >= JsonText.MaxDepth ? $"nests deeper than {JsonText.MaxDepth} levels"
            : $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})";
    }

    private void ReadBody()
    {
        Next();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _faults.Add("body", "must be a JSON object");
            Skip();
        }
        else
        {
            while (Next() && _json.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember();
            }
        }

        while (Next())
        {
            // The reader throws on anything but white space after the body.
        }
    }

    private void ReadMember()
    {
        var start = (int)_json.TokenStartIndex;
        var member = ChatMembers.Match(ref _json);
        var name = member == ChatMember.Unknown ? "" : ChatMembers.Name(member);
        Next();
        var valueStart = (int)_json.TokenStartIndex;

        if (member != ChatMember.Unknown)
        {
            var bit = 1u << (int)member;
            if ((_seen & bit) != 0)
            {
                _faults.Add(name, "stands more than once");
            }

            _seen |= bit;
        }

        if (member != ChatMember.Unknown && _json.TokenType == JsonTokenType.Null)
        {
            _seen &= member is ChatMember.Model or ChatMember.Messages ? ~(1u << (int)member) : uint.MaxValue;
            member = ChatMember.Absent;
        }
        else
        {
            ReadValue(member, name);
        }

        if (_count == _members.Length)
        {
            Array.Resize(ref _members, _count * 2);
        }

        _members[_count++] = new(member, start, valueStart, (int)_json.BytesConsumed);
    }

    private void ReadValue(ChatMember member, string name)
    {
        switch (member)
        {
            case ChatMember.Model: Model = ReadText(name, 200); break;
            case ChatMember.Messages: ReadMessages(); break;
            case ChatMember.MaxTokens: MaxTokens = ReadCount(name, int.MaxValue); break;
            case ChatMember.MaxCompletionTokens: MaxCompletionTokens = ReadCount(name, int.MaxValue); break;
            case ChatMember.N: Choices = ReadCount(name, 128) ?? 1; break;
            case ChatMember.Temperature: ReadNumber(name, 2); break;
            case ChatMember.TopP: ReadNumber(name, 1); break;
            case ChatMember.Seed: ReadInteger(name); break;
            case ChatMember.Stop: ReadStop(name); break;
            case ChatMember.Stream: Stream = ReadFlag(name) ?? false; break;
            case ChatMember.StreamOptions: ReadStreamOptions(name); break;
            case ChatMember.Tools: ReadTools(name); break;
            case ChatMember.ToolChoice: ReadToolChoice(name); break;
            case ChatMember.ResponseFormat: ReadResponseFormat(name); break;
            case ChatMember.Metadata: Expect(JsonTokenType.StartObject, name, "an object"); Skip(); break;
            default: Skip(); break;
        }
    }

    private void RequireCallMembers()
    {
        if (_json.TokenType != JsonTokenType.EndObject)
        {
            return; // not an object: said already
        }

        if (!Has(ChatMember.Model))
        {
            _faults.Add("model", "is required: the slug of a model");
        }

        if (!Has(ChatMember.Messages))
        {
            _faults.Add("messages", "is required: an array of at least one message");
        }
    }

    private void RefuseCallMembers()
    {
        foreach (var range in Members.Span)
        {
            if (range.Member is ChatMember.Model or ChatMember.Messages or ChatMember.Stream or ChatMember.StreamOptions
                or ChatMember.Metadata)
            {
                _faults.Add(ChatMembers.Name(range.Member), "belongs to a call and cannot have a default");
            }
        }
    }

    private readonly bool Has(ChatMember member) => (_seen & (1u << (int)member)) != 0;
}
