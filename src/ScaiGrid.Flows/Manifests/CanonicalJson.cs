using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// One text for one value, after RFC 8785: members sorted by the UTF-16 code units of their names, no white space, numbers as
/// ECMAScript writes them. It goes beyond RFC 8785 in one point: a number that no double holds keeps its exact digits, where RFC 8785
/// would round it; <see cref="CanonicalNumber.IsExact(ReadOnlySpan{char})"/> tells which numbers those are.
/// </summary>
public static class CanonicalJson
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (char)c), '"', '\\']);

    /// <returns><c>sha256:</c> and 64 lower-case hexadecimal digits.</returns>
    public static string Digest(Value value, bool keepOrder = false) => Sha256.Of(WriteUtf8(value, keepOrder).Span);

    public static string Write(Value value) => Encoding.UTF8.GetString(WriteUtf8(value).Span);

    /// <param name="keepOrder">
    /// Members stay in the order that they have, for content of which that order is part: assignments are made one after the other, and a model reads its
    /// input as it was written.
    /// </param>
    public static ReadOnlyMemory<byte> WriteUtf8(Value value, bool keepOrder = false)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Write(output, value, keepOrder);
        return output.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> output, Value value, bool keepOrder)
    {
        if (value.TryGetObject(out var members))
        {
            var separator = (byte)'{';
            foreach (var (name, member) in keepOrder ? members.AsEnumerable() : members.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                output.Write([separator]);
                WriteText(output, name);
                output.Write(":"u8);
                Write(output, member, keepOrder);
                separator = (byte)',';
            }

            output.Write(members.Count == 0 ? "{}"u8 : "}"u8);
        }
        else if (value.TryGetArray(out var items))
        {
            var separator = (byte)'[';
            foreach (var item in items)
            {
                output.Write([separator]);
                Write(output, item, keepOrder);
                separator = (byte)',';
            }

            output.Write(items.Length == 0 ? "[]"u8 : "]"u8);
        }
        else if (value.TryGetString(out var text))
        {
            WriteText(output, text);
        }
        else
        {
            output.Write(value.Kind switch
            {
                ValueKind.Number => Encoding.ASCII.GetBytes(CanonicalNumber.Write(value)),
                ValueKind.Bool => value == Value.True ? "true"u8 : "false"u8,
                _ => "null"u8,
            });
        }
    }

    // By hand, because what the framework's encoders escape depends on the Unicode version of the runtime.
    private static void WriteText(ArrayBufferWriter<byte> output, string text)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (rest.IndexOfAny(Escaped) is >= 0 and var at)
        {
            WriteRaw(output, rest[..at]);
            output.Write(Escape(rest[at]));
            rest = rest[(at + 1)..];
        }

        WriteRaw(output, rest);
        output.Write("\""u8);
    }

    private static void WriteRaw(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text)
    {
        if (!text.IsEmpty)
        {
            output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }
    }

    private static ReadOnlySpan<byte> Escape(char c) => c switch
    {
        '"' => "\\\""u8,
        '\\' => "\\\\"u8,
        '\b' => "\\b"u8,
        '\t' => "\\t"u8,
        '\n' => "\\n"u8,
        '\f' => "\\f"u8,
        '\r' => "\\r"u8,
        _ => Encoding.ASCII.GetBytes($"\\u00{(int)c >> 4:x}{(int)c & 15:x}"),
    };
}

/// <summary>How digests are written everywhere.</summary>
public static class Sha256
{
    public const string Prefix = "sha256:";

    /// <returns><c>sha256:</c> and 64 lower-case hexadecimal digits.</returns>
    public static string Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Prefix + Convert.ToHexStringLower(hash);
    }
}
