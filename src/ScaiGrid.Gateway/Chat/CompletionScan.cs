using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>
/// The one pass over what an OpenAI-protocol upstream sends, a whole answer or one chunk of a stream: whether it has the
/// protocol's shape, what it counts, and where the members stand that are rewritten on the way out.
/// </summary>
internal ref struct CompletionScan(ReadOnlySpan<byte> body, bool chunk)
{
    private readonly bool _chunk = chunk;
    private Utf8JsonReader _json = new(body, JsonText.Strict);
    private bool _sound = true;

    public Range? Model { get; private set; }

    /// <summary>Where <c>usage</c> stands, whether it can be read or not.</summary>
    public Range? UsageRange { get; private set; }

    /// <summary>Null when there is no usage, or none that makes sense.</summary>
    public Usage? Usage { get; private set; }

    public Range? Id { get; private set; }

    public bool HasCreated { get; private set; }

    public bool HasError { get; private set; }

    public int Choices { get; private set; }

    /// <summary>The highest <c>index</c> of a choice.</summary>
    public int LastIndex { get; private set; }

    /// <summary>Choices with a <c>finish_reason</c>.</summary>
    public int Finished { get; private set; }

    /// <summary>Bytes of answered text: content, reasoning, names and arguments of tool calls.</summary>
    public int TextBytes { get; private set; }

    /// <summary>False when the bytes are not what the protocol says.</summary>
    public bool TryRun()
    {
        try
        {
            return ReadBody() && _sound;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false; // not JSON, or a name with half a character, which cannot be compared
        }
    }

    private bool ReadBody()
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        var hasChoices = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("choices"u8))
            {
                _sound &= !hasChoices;
                hasChoices = true;
                ReadChoices();
            }
            else
            {
                ReadMember();
            }
        }

        while (_json.Read())
        {
            // The reader throws on anything but white space after the object.
        }

        return HasError || (hasChoices && (_chunk || Choices > 0));
    }

    private void ReadMember()
    {
        if (_json.ValueTextEquals("model"u8))
        {
            _sound &= Model is null;
            Model = ReadRange();
        }
        else if (_json.ValueTextEquals("usage"u8))
        {
            _sound &= UsageRange is null;
            _json.Read();
            var start = (int)_json.TokenStartIndex;
            ReadUsage();
            UsageRange = start..(int)_json.BytesConsumed;
        }
        else if (_json.ValueTextEquals("id"u8))
        {
            var id = ReadRange();
            Id = _json.TokenType == JsonTokenType.String ? id : null;
        }
        else if (_json.ValueTextEquals("created"u8))
        {
            _json.Read();
            HasCreated = _json.TokenType == JsonTokenType.Number;
            _json.Skip();
        }
        else
        {
            var isError = _json.ValueTextEquals("error"u8);
            _json.Read();
            HasError |= isError && _json.TokenType is JsonTokenType.StartObject or JsonTokenType.String;
            _json.Skip();
        }
    }

    private Range ReadRange()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        return start..(int)_json.BytesConsumed;
    }

    private void ReadChoices()
    {
        _json.Read();
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            _sound = _chunk && _json.TokenType == JsonTokenType.Null && _sound;
            _json.Skip();
            return;
        }

        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            Choices++;
            if (_json.TokenType == JsonTokenType.StartObject)
            {
                ReadChoice();
            }
            else
            {
                _sound = false;
                _json.Skip();
            }
        }
    }

    private void ReadChoice()
    {
        var hasMessage = false;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals(_chunk ? "delta"u8 : "message"u8))
            {
                _json.Read();
                hasMessage = true;
                ReadMessage();
            }
            else if (_json.ValueTextEquals("finish_reason"u8))
            {
                _json.Read();
                Finished += _json.TokenType == JsonTokenType.String ? 1 : 0;
                _sound &= _json.TokenType is JsonTokenType.String or JsonTokenType.Null;
                _json.Skip();
            }
            else
            {
                var isIndex = _json.ValueTextEquals("index"u8);
                _json.Read();
                if (isIndex && _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var index))
                {
                    LastIndex = Math.Max(LastIndex, index);
                }

                _json.Skip();
            }
        }

        _sound &= hasMessage || _chunk;
    }

    private void ReadMessage()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _sound = _chunk && _json.TokenType == JsonTokenType.Null && _sound;
            _json.Skip();
            return;
        }

        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("content"u8))
            {
                _json.Read();
                _sound &= _json.TokenType is JsonTokenType.String or JsonTokenType.Null;
                CountText();
            }
            else if (_json.ValueTextEquals("tool_calls"u8))
            {
                _json.Read();
                _sound &= _json.TokenType is JsonTokenType.StartArray or JsonTokenType.Null;
                ReadToolCalls();
            }
            else
            {
                var isReasoning = _json.ValueTextEquals("reasoning_content"u8) || _json.ValueTextEquals("reasoning"u8);
                _json.Read();
                if (isReasoning)
                {
                    CountText();
                }

                _json.Skip();
            }
        }
    }

    private void CountText()
    {
        if (_json.TokenType == JsonTokenType.String)
        {
            TextBytes += _json.ValueSpan.Length;
            // Half an emoji may end one chunk and the next begin with the other half; a whole answer has whole characters.
            _sound &= _chunk || !_json.ValueIsEscaped || JsonText.HasWholeCharacters(_json.ValueSpan);
        }

        _json.Skip();
    }

    private void ReadToolCalls()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            _json.Skip();
            return;
        }

        var depth = _json.CurrentDepth;
        while (_json.Read() && _json.CurrentDepth > depth)
        {
            if (_json.TokenType == JsonTokenType.String)
            {
                CountText();
            }
        }
    }

    private void ReadUsage()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            _json.Skip();
            return;
        }

        int? prompt = null, completion = null, total = null;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("prompt_tokens"u8))
            {
                prompt = ReadCount();
            }
            else if (_json.ValueTextEquals("completion_tokens"u8))
            {
                completion = ReadCount();
            }
            else if (_json.ValueTextEquals("total_tokens"u8))
            {
                total = ReadCount();
            }
            else
            {
                _json.Read();
                _json.Skip();
            }
        }

        if (prompt is { } p && (completion ?? 0) is var c && (long)p + c <= int.MaxValue)
        {
            Usage = new(p, c, total ?? p + c);
        }
    }

    private int? ReadCount()
    {
        _json.Read();
        int? count = _json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var value) && value >= 0 ? value : null;
        _json.Skip();
        return count;
    }
}
