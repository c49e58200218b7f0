using System.Globalization;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// The one canonical YAML text of a manifest: known keys in a fixed order, unknown ones after them as they came, short
/// collections of scalars on one line. The same value gives the same bytes everywhere, and reads back as the same value.
/// </summary>
public sealed partial class ManifestWriter
{
    private const int LineWidth = 100;

    private readonly PooledText _yaml;
    private int _lineStart;

    private ManifestWriter(PooledText yaml) => _yaml = yaml;

    public static string Write(Value manifest)
    {
        using var yaml = new PooledText();
        new ManifestWriter(yaml).WriteBlock(manifest, 0, ManifestShape.Root);
        return yaml.ToString();
    }

    /// <summary>A value in block style; the cursor stands where its first line begins, <paramref name="indent"/> columns in.</summary>
    private void WriteBlock(Value value, int indent, ManifestShape? shape)
    {
        if (value.TryGetArray(out var items) && items.Length > 0)
        {
            for (var i = 0; i < items.Length; i++)
            {
                _yaml.Append(' ', i == 0 ? 0 : indent).Append('-');
                WriteItem(items[i], indent, shape);
            }
        }
        else if (value.TryGetObject(out var members) && members.Count > 0)
        {
            var isFirst = true;
            foreach (var (key, member) in Ordered(members, shape))
            {
                _yaml.Append(' ', isFirst ? 0 : indent);
                isFirst = false;
                WriteKey(key);
                WriteMember(member, indent, shape?.Member(key));
            }
        }
        else
        {
            WriteInline(value, shape);
            EndLine();
        }
    }

    private void WriteItem(Value item, int indent, ManifestShape? shape)
    {
        if (!TryGoOn(item, indent, shape))
        {
            _yaml.Append(' ');
            WriteBlock(item, indent + 2, shape);
        }
    }

    private void WriteMember(Value member, int indent, ManifestShape? shape)
    {
        if (!TryGoOn(member, indent, shape))
        {
            EndLine();
            _yaml.Append(' ', indent + 2);
            WriteBlock(member, indent + 2, shape);
        }
    }

    /// <summary>Goes on in the line of a key or dash, with a scalar or with a collection of scalars that fits the width.</summary>
    /// <returns>False when nothing was written.</returns>
    private bool TryGoOn(Value value, int indent, ManifestShape? shape)
    {
        if (value.AsString() is { } text && IsLiteral(text))
        {
            WriteLiteral(text, indent + 2);
            return true;
        }

        var count = value.Items.Count + value.Members.Count;
        if (count > LineWidth || HasCollection(value))
        {
            return false;
        }

        var start = _yaml.Length;
        _yaml.Append(' ');
        WriteInline(value, shape);
        if (count > 0 && _yaml.Length - _lineStart > LineWidth)
        {
            _yaml.Truncate(start);
            return false;
        }

        EndLine();
        return true;
    }

    private void EndLine()
    {
        _yaml.Append('\n');
        _lineStart = _yaml.Length;
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

    private void WriteInline(Value value, ManifestShape? shape)
    {
        switch (value.Kind)
        {
            case ValueKind.Object when value.Members.Count > 0:
                WriteInlineMembers(value.Members, shape);
                break;
            case ValueKind.Array:
                WriteInlineItems(value);
                break;
            case ValueKind.String:
                WriteScalar(value.AsString()!, longestPlain: LineWidth * 10);
                break;
            case ValueKind.Number when value.TryGetDecimal(out var exact):
                _yaml.Append(exact.ToString(CultureInfo.InvariantCulture));
                break;
            default:
                _yaml.Append(value.ToJson());
                break;
        }
    }

    private void WriteInlineMembers(ObjectValue members, ManifestShape? shape)
    {
        var before = "{ ";
        foreach (var (key, member) in Ordered(members, shape))
        {
            _yaml.Append(before);
            before = ", ";
            WriteKey(key);
            _yaml.Append(' ');
            WriteInline(member, null);
        }

        _yaml.Append(" }");
    }

    private void WriteInlineItems(Value value)
    {
        var before = "[";
        foreach (var item in value.Items)
        {
            _yaml.Append(before);
            before = ", ";
            WriteInline(item, null);
        }

        _yaml.Append(value.Items.Count == 0 ? "[]" : "]");
    }

    private static ObjectValue Ordered(ObjectValue members, ManifestShape? shape) => shape is null || IsOrdered(members, shape)
        ? members
        : ObjectValue.From(members.OrderBy(member => shape.RankOf(member.Key)));

    private static bool IsOrdered(ObjectValue members, ManifestShape shape)
    {
        var last = -1;
        foreach (var (key, _) in members)
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
}
