using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace ScaiGrid.Gateway.Json;

internal static class JsonText
{
    public const int MaxDepth = 64;

    /// <summary>Our JSON travels in JSON bodies, never inside HTML, so text in any script stays readable.</summary>
    public static readonly JsonWriterOptions Compact =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static readonly JsonReaderOptions Strict = new() { MaxDepth = MaxDepth };

    /// <summary>The text as a JSON string, quotes included.</summary>
    public static byte[] Quote(string text) => Build(writer => writer.WriteStringValue(text));

    public static byte[] Build(Action<Utf8JsonWriter> write)
    {
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
        {
            write(writer);
        }

        return buffer.Written.ToArray();
    }

    /// <summary>The value that starts at the range's start. It owns its memory.</summary>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Strict);
        return JsonElement.ParseValue(ref reader);
    }

    public static bool IsUtf8(ReadOnlySpan<byte> json) => Utf8.IsValid(json);

    /// <summary>
    /// Whether every <c>\uXXXX</c> escape of a JSON string is a character: half a surrogate pair passes the JSON reader but
    /// cannot be turned into text, and a body that holds one would fail only later, in the middle of a call.
    /// </summary>
    public static bool HasWholeCharacters(ReadOnlySpan<byte> escaped)
    {
        for (var at = escaped.IndexOf((byte)'\\'); at >= 0 && at + 1 < escaped.Length;)
        {
            if (escaped[at + 1] != (byte)'u')
            {
                at = Next(escaped, at + 2);
                continue;
            }

            var unit = Unit(escaped, at);
            if (char.IsLowSurrogate(unit))
            {
                return false;
            }

            at += 6;
            if (char.IsHighSurrogate(unit))
            {
                if (!char.IsLowSurrogate(Unit(escaped, at)))
                {
                    return false;
                }

                at += 6;
            }

            at = Next(escaped, at);
        }

        return true;

        static int Next(ReadOnlySpan<byte> text, int from)
        {
            var next = from < text.Length ? text[from..].IndexOf((byte)'\\') : -1;
            return next < 0 ? -1 : from + next;
        }

        static char Unit(ReadOnlySpan<byte> text, int at) =>
            at + 6 <= text.Length && text[at] == (byte)'\\' && text[at + 1] == (byte)'u'
            && Utf8Parser.TryParse(text.Slice(at + 2, 4), out ushort unit, out var read, 'x') && read == 4
                ? (char)unit
                : '\0';
    }
}
