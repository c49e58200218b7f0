using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ScaiGrid.Gateway.Json;

/// <summary>Reads JSON that somebody else shaped: what is not there, is null or is of another kind is simply not there.</summary>
internal static class JsonReading
{
    extension(JsonElement element)
    {
        /// <summary>There is a value, and it is not null.</summary>
        public bool IsThere => element.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

        public bool IsObject => element.ValueKind == JsonValueKind.Object;

        public bool IsArray => element.ValueKind == JsonValueKind.Array;

        public bool IsString => element.ValueKind == JsonValueKind.String;

        /// <summary>The value's bytes as they stand, a string's quotes included.</summary>
        public ReadOnlySpan<byte> Raw => JsonMarshal.GetRawUtf8Value(element);

        /// <summary>The member's value; undefined when there is none, or no object.</summary>
        public JsonElement At(ReadOnlySpan<byte> name) => element.IsObject && element.TryGetProperty(name, out var value) ? value : default;

        public string? TextAt(ReadOnlySpan<byte> name) => element.At(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

        /// <summary>Null when there is no whole number of at least 0.</summary>
        public int? CountAt(ReadOnlySpan<byte> name) =>
            element.At(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var count) && count >= 0 ? count : null;

        public bool IsTrueAt(ReadOnlySpan<byte> name) => element.At(name).ValueKind == JsonValueKind.True;

        public bool Says(ReadOnlySpan<byte> text) => element.IsString && element.ValueEquals(text);

        /// <summary>The items of an array; none when it is something else.</summary>
        public JsonElement.ArrayEnumerator Items => element.IsArray ? element.EnumerateArray() : default;
    }

    extension(Utf8JsonWriter json)
    {
        /// <summary>Writes a value as it stands; nothing when it is not there.</summary>
        public void Copy(ReadOnlySpan<byte> name, JsonElement value)
        {
            if (value.IsThere)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value.Raw, skipInputValidation: true);
            }
        }

        public void Copy(string name, JsonElement value) => json.Copy(System.Text.Encoding.UTF8.GetBytes(name), value);

        public void Copy(JsonElement value) => json.WriteRawValue(value.Raw, skipInputValidation: true);
    }

    /// <summary>Whether the bytes are one JSON value whose texts can all be turned into characters.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!JsonText.IsUtf8(utf8.Span) || !JsonText.HasWholeCharacters(utf8.Span))
        {
            return false;
        }

        try
        {
            document = JsonDocument.Parse(utf8, new() { MaxDepth = JsonText.MaxDepth });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
