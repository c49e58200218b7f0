using System.Text.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>Content parts and tool calls. A part of a type that the gateway does not know is the upstream's to judge.</summary>
internal ref partial struct RequestScan
{
    private enum PartType { Missing, Other, Text, ImageUrl, InputAudio }

    private void ReadPart()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Fault($"content[{_part}]", "must be an object");
            Skip();
            return;
        }

        var type = PartType.Missing;
        bool text = false, image = false, audio = false;
        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("type"u8))
            {
                Next();
                type = ReadPartType();
                Skip();
            }
            else if (_json.ValueTextEquals("text"u8))
            {
                Next();
                text = _json.TokenType == JsonTokenType.String;
                TextBytes += text ? _json.ValueSpan.Length : 0;
                Skip();
            }
            else if (_json.ValueTextEquals("image_url"u8))
            {
                image = ReadObjectWith("url"u8, "url"u8);
            }
            else if (_json.ValueTextEquals("input_audio"u8))
            {
                audio = ReadObjectWith("data"u8, "format"u8);
            }
            else
            {
                Next();
                Skip();
            }
        }

        CheckPart(type, text, image, audio);
    }

    private void CheckPart(PartType type, bool text, bool image, bool audio)
    {
        MediaCount += type is PartType.ImageUrl or PartType.InputAudio or PartType.Other ? 1 : 0;
        switch (type)
        {
            case PartType.Missing:
                Fault($"content[{_part}].type", "is required: a string, such as \"text\" or \"image_url\"");
                break;
            case PartType.Text when !text:
                Fault($"content[{_part}].text", "is required: a string");
                break;
            case PartType.ImageUrl when !image:
                Fault($"content[{_part}].image_url", "is required: an object with a string url");
                break;
            case PartType.InputAudio when !audio:
                Fault($"content[{_part}].input_audio", "is required: an object with strings data and format");
                break;
        }
    }

    private readonly PartType ReadPartType() =>
        _json.TokenType != JsonTokenType.String || _json.ValueSpan.IsEmpty ? PartType.Missing
        : _json.ValueTextEquals("text"u8) ? PartType.Text
        : _json.ValueTextEquals("image_url"u8) ? PartType.ImageUrl
        : _json.ValueTextEquals("input_audio"u8) ? PartType.InputAudio
        : PartType.Other;

    /// <summary>Reads the next value and tells whether it is an object that holds strings under both names.</summary>
    private bool ReadObjectWith(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Next();
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            Skip();
            return false;
        }

        bool hasFirst = false, hasSecond = false;
        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var isFirst = _json.ValueTextEquals(first);
            var isSecond = _json.ValueTextEquals(second);
            Next();
            hasFirst |= isFirst && _json.TokenType == JsonTokenType.String;
            hasSecond |= isSecond && _json.TokenType == JsonTokenType.String;
            Skip();
        }

        return hasFirst && hasSecond;
    }

    private void ReadToolCall(int index)
    {
        bool id = false, function = false, otherType = false;
        var start = _json.BytesConsumed;
        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("id"u8))
            {
                Next();
                id = _json.TokenType == JsonTokenType.String && !_json.ValueSpan.IsEmpty;
                Skip();
            }
            else if (_json.ValueTextEquals("function"u8))
            {
                function = ReadObjectWith("name"u8, "arguments"u8);
            }
            else
            {
                var isType = _json.ValueTextEquals("type"u8);
                Next();
                otherType |= isType && !(_json.TokenType == JsonTokenType.String && _json.ValueTextEquals("function"u8));
                Skip();
            }
        }

        TextBytes += (int)(_json.BytesConsumed - start);
        if (!id)
        {
            Fault($"tool_calls[{index}].id", "is required: a string that is not empty");
        }

        if (!function && !otherType)
        {
            Fault($"tool_calls[{index}].function", "is required: an object with strings name and arguments");
        }
    }
}
