using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// The one canonical YAML text of a manifest: known keys in a fixed order, unknown ones after them as they came, short
/// collections of scalars on one line. The same value gives the same bytes everywhere, and reads back as the same value.
/// </summary>
public static partial class ManifestWriter
{
    private const int LineWidth = 100;

    public static string Write(Value manifest)
    {
        var yaml = new StringBuilder();
        WriteBlock(yaml, manifest, 0, ManifestShape.Root);
        return yaml.ToString();
    }

    /// <summary>A value in block style; the cursor stands where its first line begins, <paramref name="indent"/> columns in.</summary>
    private static void WriteBlock(StringBuilder yaml, Value value, int indent, ManifestShape? shape)
    {
        if (value.TryGetObject(out var members) && members.Count > 0)
        {
            var first = true;
            foreach (var (key, member) in Ordered(members, shape))
            {
                Indent(yaml, first ? 0 : indent);
                first = false;
                yaml.Append(Scalar(key, inline: true)).Append(':');
                WriteMember(yaml, member, indent, shape?.Member(key));
            }
        }
        else if (value.TryGetArray(out var items) && items.Length > 0)
        {
            for (var i = 0; i < items.Length; i++)
            {
                Indent(yaml, i == 0 ? 0 : indent);
                yaml.Append('-');
                WriteItem(yaml, items[i], indent, shape);
            }
        }
        else
        {
            yaml.Append(Inline(value, shape)).Append('\n');
        }
    }

    private static void WriteMember(StringBuilder yaml, Value member, int indent, ManifestShape? shape)
    {
        if (TryOneLine(member, shape, LineWidth - Column(yaml) - 1, out var line))
        {
            yaml.Append(' ').Append(line).Append('\n');
        }
        else if (member.AsString() is { } text)
        {
            WriteLiteral(yaml, text, indent + 2);
        }
        else
        {
            yaml.Append('\n');
            Indent(yaml, indent + 2);
            WriteBlock(yaml, member, indent + 2, shape);
        }
    }

    private static void WriteItem(StringBuilder yaml, Value item, int indent, ManifestShape? shape)
    {
        yaml.Append(' ');
        if (TryOneLine(item, shape, LineWidth - Column(yaml), out var line))
        {
            yaml.Append(line).Append('\n');
        }
        else if (item.AsString() is { } text)
        {
            yaml.Length--;
            WriteLiteral(yaml, text, indent + 2);
        }
        else
        {
            WriteBlock(yaml, item, indent + 2, shape);
        }
    }

    /// <summary>True for every scalar but text of several lines, and for a collection of scalars that fits the width.</summary>
    private static bool TryOneLine(Value value, ManifestShape? shape, int width, out string line)
    {
        line = "";
        switch (value.Kind)
        {
            case ValueKind.String when IsLiteral(value.AsString()!):
                return false;
            case ValueKind.Array when value.Items.Count > 0:
            case ValueKind.Object when value.Members.Count > 0:
                if (value.Items.Count + value.Members.Count > LineWidth || HasCollection(value))
                {
                    return false;
                }

                line = Inline(value, shape);
                return line.Length <= width;
            default:
                line = Inline(value, shape);
                return true;
        }
    }

    private static bool HasCollection(Value value)
    {
        if (value.TryGetArray(out var items))
        {
            foreach (var item in items)
            {
                if (NeedsBlock(item))
                {
                    return true;
                }
            }
        }

        foreach (var (_, member) in value.Members)
        {
            if (NeedsBlock(member))
            {
                return true;
            }
        }

        return false;
    }

    private static bool NeedsBlock(Value value) => value.Kind switch
    {
        ValueKind.Array => value.Items.Count > 0,
        ValueKind.Object => value.Members.Count > 0,
        ValueKind.String => IsLiteral(value.AsString()!),
        _ => false,
    };

    private static string Inline(Value value, ManifestShape? shape) => value.Kind switch
    {
        ValueKind.Object => value.Members.Count == 0 ? "{}" : "{ " + string.Join(", ", Ordered(value.Members, shape)
            .Select(m => $"{Scalar(m.Key, inline: true)}: {Inline(m.Value, null)}")) + " }",
        ValueKind.Array => "[" + string.Join(", ", value.Items.Select(item => Inline(item, null))) + "]",
        ValueKind.String => Scalar(value.AsString()!, inline: false),
        ValueKind.Null => "null",
        ValueKind.Number => Number(value),
        _ => value.ToJson(),
    };

    private static string Number(Value value) => value.TryGetDecimal(out var exact)
        ? exact.ToString(CultureInfo.InvariantCulture)
        : value.ToJson();

    private static IEnumerable<KeyValuePair<string, Value>> Ordered(ObjectValue members, ManifestShape? shape) =>
        shape is null || IsOrdered(members, shape) ? members : members.OrderBy(member => shape.RankOf(member.Key));

    private static bool IsOrdered(ObjectValue members, ManifestShape shape)
    {
        var last = -1;
        foreach (var key in members.Keys)
        {
            var rank = shape.RankOf(key);
            if (rank < last)
            {
                return false;
            }

            last = rank;
        }

        return true;
    }

    /// <summary>Text of several lines that a literal block shows as it is.</summary>
    private static bool IsLiteral(string text) => text.Contains('\n') && Literal().IsMatch(text);

    private static void WriteLiteral(StringBuilder yaml, string text, int indent)
    {
        var lines = text.Split('\n');
        var chomping = lines[^1].Length > 0 ? "-" : lines[^2].Length > 0 ? "" : "+";
        yaml.Append(" |").Append(chomping).Append('\n');
        foreach (var line in lines[^1].Length > 0 ? lines : lines[..^1])
        {
            Indent(yaml, line.Length > 0 ? indent : 0);
            yaml.Append(line).Append('\n');
        }
    }

    private static string Scalar(string text, bool inline)
    {
        var plain = text.Length <= LineWidth * 10 && Plain().IsMatch(text) && !text.EndsWith(' ')
            && YamlScalar.TryResolve(text, out var resolved) && resolved.Kind == ValueKind.String;
        return plain && !(inline && text.Length > LineWidth) ? text : Quoted(text);
    }

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append(@"\n"),
                '\r' => quoted.Append(@"\r"),
                '\t' => quoted.Append(@"\t"),
                < ' ' or (>= '\u007f' and <= '\u00a0') or '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static int Column(StringBuilder yaml)
    {
        var column = 0;
        while (column < yaml.Length && yaml[yaml.Length - 1 - column] != '\n')
        {
            column++;
        }

        return column;
    }

    private static void Indent(StringBuilder yaml, int columns) => yaml.Append(' ', columns);

    /// <summary>Begins with a letter and holds nothing that YAML gives a meaning to, in or out of brackets.</summary>
    [GeneratedRegex(@"^[A-Za-z_]([A-Za-z0-9_ ./+()=<>;%$@^~-]|:(?=[A-Za-z0-9/]))*\z")]
    private static partial Regex Plain();

    /// <summary>No line begins or ends with white space, none is empty at the start, and every character is printable.</summary>
    [GeneratedRegex(@"^[!-~](?:[ -~\u00a1-\u1fff]*[!-~])?(?:\n(?:[!-~](?:[ -~\u00a1-\u1fff]*[!-~])?)?)*\z")]
    private static partial Regex Literal();
}
