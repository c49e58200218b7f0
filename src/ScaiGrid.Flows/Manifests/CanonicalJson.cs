using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// One text for one value, after RFC 8785: members sorted by the UTF-16 code units of their names, no white space, numbers
/// in their shortest form. It differs in keeping the exact digits of a decimal, which RFC 8785 would round to a double.
/// </summary>
internal static class CanonicalJson
{
    /// <returns><c>sha256:</c> and 64 lower-case hexadecimal digits.</returns>
    public static string Digest(Value value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Json.Compact))
        {
            Write(writer, value);
        }

        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
    }

    public static string Write(Value value)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Json.Compact))
        {
            Write(writer, value);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        if (value.TryGetObject(out var members))
        {
            writer.WriteStartObject();
            foreach (var (name, member) in members.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(name);
                Write(writer, member);
            }

            writer.WriteEndObject();
        }
        else if (value.TryGetArray(out var items))
        {
            writer.WriteStartArray();
            foreach (var item in items)
            {
                Write(writer, item);
            }

            writer.WriteEndArray();
        }
        else if (value.Kind == ValueKind.Number)
        {
            writer.WriteRawValue(Number(value));
        }
        else
        {
            value.WriteTo(writer);
        }
    }

    /// <summary>Without trailing zeros, so that <c>1.0</c> and <c>1</c>, which are equal, digest equally.</summary>
    internal static string Number(Value value)
    {
        if (!value.TryGetDecimal(out var exact))
        {
            value.TryGetDouble(out var number);
            return number.ToString("R", CultureInfo.InvariantCulture);
        }

        var text = exact.ToString(CultureInfo.InvariantCulture);
        text = text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
        return text == "-0" ? "0" : text;
    }
}
