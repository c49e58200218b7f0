using System.Text.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>The messages. Paths are put together only when there is a fault to tell.</summary>
internal ref partial struct RequestScan
{
    [Flags]
    private enum Seen
    {
        None = 0, Role = 1, Content = 2, ToolCalls = 4, ToolCallId = 8, Name = 16, HasContent = 32, SaysOtherwise = 64,
        Tool = 128, Assistant = 256,
    }

    private void ReadMessages()
    {
        if (!Expect(JsonTokenType.StartArray, "messages", "an array of messages"))
        {
            return;
        }

        for (_message = 0; Next() && _json.TokenType != JsonTokenType.EndArray; _message++)
        {
            if (Expect(JsonTokenType.StartObject, $"messages[{_message}]", "an object"))
            {
                ReadMessage();
            }
        }

        MessageCount = _message;
        if (_message == 0)
        {
            _faults.Add("messages", "must have at least one message");
        }
    }

    private void ReadMessage()
    {
        var seen = Seen.None;
        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var key = MatchMessageKey();
            if ((seen & key & ~Seen.SaysOtherwise) != 0)
            {
                Fault(NameOf(key), "stands more than once");
            }

            Next();
            seen |= key & ~Seen.SaysOtherwise;
            switch (key)
            {
                case Seen.Role: seen |= ReadRole(); break;
                case Seen.Content: seen |= ReadContent(); break;
                case Seen.ToolCalls: seen |= ReadToolCalls(); break;
                case Seen.ToolCallId: ExpectMessageText("tool_call_id"); break;
                case Seen.Name: ReadName(); break;
                case Seen.SaysOtherwise: seen |= _json.TokenType == JsonTokenType.Null ? 0 : key; Skip(); break;
                default: Skip(); break;
            }
        }

        CheckMessage(seen);
    }

    private void CheckMessage(Seen seen)
    {
        if ((seen & Seen.Role) == 0)
        {
            Fault("role", "is required: system, developer, user, assistant or tool");
        }

        if ((seen & Seen.Tool) != 0 && (seen & Seen.ToolCallId) == 0)
        {
            Fault("tool_call_id", "is required in a tool message");
        }

        var mayBeSilent = (seen & Seen.Assistant) != 0 && (seen & Seen.SaysOtherwise) != 0;
        if ((seen & Seen.HasContent) == 0 && !mayBeSilent)
        {
            Fault("content", "is required: a string or an array of parts; only an assistant that calls tools may leave it out");
        }
    }

    private readonly Seen MatchMessageKey() =>
        _json.ValueTextEquals("role"u8) ? Seen.Role
        : _json.ValueTextEquals("content"u8) ? Seen.Content
        : _json.ValueTextEquals("tool_calls"u8) ? Seen.ToolCalls
        : _json.ValueTextEquals("tool_call_id"u8) ? Seen.ToolCallId
        : _json.ValueTextEquals("name"u8) ? Seen.Name
        : _json.ValueTextEquals("refusal"u8) || _json.ValueTextEquals("audio"u8) || _json.ValueTextEquals("function_call"u8)
            ? Seen.SaysOtherwise
            : Seen.None;

    private static string NameOf(Seen key) => key switch
    {
        Seen.Role => "role",
        Seen.Content => "content",
        Seen.ToolCalls => "tool_calls",
        Seen.ToolCallId => "tool_call_id",
        _ => "name",
    };

    private Seen ReadRole()
    {
        if (_json.TokenType == JsonTokenType.String)
        {
            if (_json.ValueTextEquals("assistant"u8))
            {
                return Seen.Assistant;
            }

            if (_json.ValueTextEquals("tool"u8))
            {
                return Seen.Tool;
            }

            if (_json.ValueTextEquals("user"u8) || _json.ValueTextEquals("system"u8) || _json.ValueTextEquals("developer"u8))
            {
                return Seen.None;
            }
        }

        Fault("role", "must be system, developer, user, assistant or tool");
        Skip();
        return Seen.None;
    }

    private Seen ReadContent()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.String:
                TextBytes += _json.ValueSpan.Length;
                return Seen.HasContent;
            case JsonTokenType.Null:
                return Seen.None;
            case JsonTokenType.StartArray:
                for (_part = 0; Next() && _json.TokenType != JsonTokenType.EndArray; _part++)
                {
                    ReadPart();
                }

                if (_part == 0)
                {
                    Fault("content", "must have at least one part");
                }

                return Seen.HasContent;
            default:
                Fault("content", "must be a string, null or an array of parts");
                Skip();
                return Seen.HasContent; // one fault is enough
        }
    }

    private void ReadName()
    {
        if (_json.TokenType != JsonTokenType.Null)
        {
            ExpectMessageText("name");
        }
    }

    private void ExpectMessageText(string field)
    {
        if (_json.TokenType != JsonTokenType.String || _json.ValueSpan.IsEmpty)
        {
            Fault(field, "must be a string that is not empty");
            Skip();
        }
    }

    private Seen ReadToolCalls()
    {
        if (_json.TokenType == JsonTokenType.Null)
        {
            return Seen.None;
        }

        if (_json.TokenType != JsonTokenType.StartArray)
        {
            Fault("tool_calls", "must be an array of objects");
            Skip();
            return Seen.SaysOtherwise;
        }

        for (var i = 0; Next() && _json.TokenType != JsonTokenType.EndArray; i++)
        {
            if (_json.TokenType == JsonTokenType.StartObject)
            {
                ReadToolCall(i);
            }
            else
            {
                Fault($"tool_calls[{i}]", "must be an object");
                Skip();
            }
        }

        return Seen.SaysOtherwise;
    }

    private readonly string MessagePath(string field) => $"messages[{_message}].{field}";

    private void Fault(string field, string message) => _faults.Add(MessagePath(field), message);
}
