using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Chat;

/// <summary>The values that are not messages. Every method leaves the reader on the last token of its value.</summary>
internal ref partial struct RequestScan
{
    private bool Next()
    {
        if (!_json.Read())
        {
            return false;
        }

        if (_json.ValueIsEscaped && !JsonText.HasWholeCharacters(_json.ValueSpan))
        {
            _halved = true;
            throw new JsonException(); // the reader cannot even compare such text
        }

        return true;
    }

    private void Skip()
    {
        if (_json.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = _json.CurrentDepth;
            while (Next() && _json.CurrentDepth > depth)
            {
                // to the end of the value
            }
        }
    }

    /// <summary>False, with a fault, when the value is of another kind; the value is then read to its end.</summary>
    private bool Expect(JsonTokenType kind, string field, string what)
    {
        if (_json.TokenType == kind)
        {
            return true;
        }

        _faults.Add(field, $"must be {what}");
        Skip();
        return false;
    }

    private string? ReadText(string field, int longest)
    {
        if (!Expect(JsonTokenType.String, field, "a string"))
        {
            return null;
        }

        if (_json.ValueSpan.Length > longest * 6 || _json.GetString() is not { Length: > 0 } text || text.Length > longest)
        {
            _faults.Add(field, $"must have 1 to {longest} characters");
            return null;
        }

        return text;
    }

    private int? ReadCount(string field, int most)
    {
        if (_json.TokenType == JsonTokenType.Number && _json.TryGetInt32(out var value) && value >= 1 && value <= most)
        {
            return value;
        }

        _faults.Add(field, most == int.MaxValue ? "must be an integer of at least 1" : $"must be an integer from 1 to {most}");
        Skip();
        return null;
    }

    private void ReadInteger(string field)
    {
        if (_json.TokenType != JsonTokenType.Number || !_json.TryGetInt64(out _))
        {
            _faults.Add(field, "must be an integer");
            Skip();
        }
    }

    private void ReadNumber(string field, double most)
    {
        if (_json.TokenType != JsonTokenType.Number || !_json.TryGetDouble(out var value) || !(value >= 0 && value <= most))
        {
            _faults.Add(field, $"must be a number from 0 to {most}");
            Skip();
        }
    }

    private bool? ReadFlag(string field)
    {
        if (_json.TokenType is JsonTokenType.True or JsonTokenType.False)
        {
            return _json.GetBoolean();
        }

        _faults.Add(field, "must be true or false");
        Skip();
        return null;
    }

    private void ReadStop(string field)
    {
        if (_json.TokenType == JsonTokenType.String)
        {
            return;
        }

        if (!Expect(JsonTokenType.StartArray, field, "a string or an array of at most 4 strings"))
        {
            return;
        }

        var count = 0;
        for (; Next() && _json.TokenType != JsonTokenType.EndArray; count++)
        {
            if (_json.TokenType != JsonTokenType.String)
            {
                _faults.Add($"{field}[{count}]", "must be a string");
                Skip();
            }
        }

        if (count > 4)
        {
            _faults.Add(field, "must have at most 4 strings");
        }
    }

    private void ReadStreamOptions(string field)
    {
        if (!Expect(JsonTokenType.StartObject, field, "an object"))
        {
            return;
        }

        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var isUsage = _json.ValueTextEquals("include_usage"u8);
            Next();
            if (!isUsage)
            {
                Skip();
                continue;
            }

            if (IncludeUsageStart > 0)
            {
                _faults.Add("stream_options.include_usage", "stands more than once");
            }

            IncludeUsageStart = (int)_json.TokenStartIndex;
            IncludeUsage = ReadFlag("stream_options.include_usage");
        }
    }

    private void ReadTools(string field)
    {
        if (!Expect(JsonTokenType.StartArray, field, "an array of objects"))
        {
            return;
        }

        for (var i = 0; Next() && _json.TokenType != JsonTokenType.EndArray; i++)
        {
            var start = _json.BytesConsumed;
            if (_json.TokenType != JsonTokenType.StartObject)
            {
                _faults.Add($"{field}[{i}]", "must be an object");
                Skip();
                continue;
            }

            var hasType = false;
            while (Next() && _json.TokenType == JsonTokenType.PropertyName)
            {
                var isType = _json.ValueTextEquals("type"u8);
                Next();
                hasType |= isType && _json.TokenType == JsonTokenType.String;
                Skip();
            }

            if (!hasType)
            {
                _faults.Add($"{field}[{i}].type", "is required: a string, such as \"function\"");
            }

            TextBytes += (int)(_json.BytesConsumed - start); // models read tools as text, names and schema alike
        }
    }

    private void ReadToolChoice(string field)
    {
        if (_json.TokenType != JsonTokenType.String && Expect(JsonTokenType.StartObject, field, "a string or an object"))
        {
            Skip();
        }
    }

    private void ReadResponseFormat(string field)
    {
        if (!Expect(JsonTokenType.StartObject, field, "an object"))
        {
            return;
        }

        var hasType = false;
        while (Next() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var isType = _json.ValueTextEquals("type"u8);
            Next();
            hasType |= isType && _json.TokenType == JsonTokenType.String;
            Skip();
        }

        if (!hasType)
        {
            _faults.Add("response_format.type", "is required: \"text\", \"json_object\" or \"json_schema\"");
        }
    }
}
