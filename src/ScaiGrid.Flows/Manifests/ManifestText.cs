using System.Text;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// Text to value: JSON, or the part of YAML 1.2 that says the same as JSON. Anchors, aliases, tags, merge keys, duplicate
/// keys and second documents are refused: each of them lets one text mean two things, or a short text grow without bound.
/// </summary>
internal sealed class ManifestText
{
    public const int MaxBytes = 10 * 1024 * 1024;
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions StrictJson = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    private readonly IParser _events;
    private readonly List<Diagnostic> _faults;

    private ManifestText(string text, List<Diagnostic> faults) =>
        (_events, _faults) = (new YamlDotNet.Core.Parser(new StringReader(text)), faults);

    /// <returns>False when <paramref name="faults"/> got at least one error.</returns>
    public static bool TryParse(string text, List<Diagnostic> faults, out Value value, out SourceLines? lines)
    {
        (value, lines) = (default, null);
        if (!IsUnicode(text))
        {
            faults.Add(new(Severity.Error, ManifestCodes.Syntax, "The text is not Unicode: it holds half a surrogate pair.", ""));
            return false;
        }

        if (Encoding.UTF8.GetByteCount(text) > MaxBytes)
        {
            faults.Add(new(Severity.Error, ManifestCodes.TooLarge, $"The text is larger than {MaxBytes / 1024 / 1024} MiB.", ""));
            return false;
        }

        if (TryParseJson(text, out value))
        {
            return true;
        }

        var reader = new ManifestText(text, faults);
        try
        {
            return reader.TryReadDocument(out value, out lines);
        }
        catch (YamlException e)
        {
            return reader.Fault(ManifestCodes.Syntax, e.InnerException?.Message ?? e.Message, e.Start);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The scanner's way of saying that a text goes on where none may, "[a\nb: c", or that a tag is malformed, "!!]".
            return reader.Fault(ManifestCodes.Syntax, "The text is not YAML after this line.", reader._events.Current?.End ?? Mark.Empty);
        }
    }

    /// <summary>A text that was written for the value is within the limits of one that is read.</summary>
    public static bool IsReadable(string text, Value value) =>
        IsUnicode(text) && Encoding.UTF8.GetByteCount(text) <= MaxBytes && !value.NestsDeeperThan(MaxDepth);

    private static bool IsUnicode(string text)
    {
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAnyInRange('\ud800', '\udfff'); at >= 0; at = rest.IndexOfAnyInRange('\ud800', '\udfff'))
        {
            if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
            {
                return false;
            }

            rest = rest[(at + 2)..];
        }

        return true;
    }

    /// <remarks>JSON that fails here is read as YAML, which knows how to say on which line the fault is.</remarks>
    private static bool TryParseJson(string text, out Value value)
    {
        value = default;
        if (!text.AsSpan().TrimStart().StartsWith("{"))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(text, StrictJson);
            value = Value.FromJson(document.RootElement);
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or InvalidOperationException)
        {
            return false; // not JSON; a number beyond a double; half a surrogate pair
        }
    }

    private bool TryReadDocument(out Value value, out SourceLines? lines)
    {
        (value, lines) = (default, null);
        _events.Consume<StreamStart>();
        if (!_events.TryConsume<DocumentStart>(out _))
        {
            return Fault(ManifestCodes.Syntax, "The text is empty.", Mark.Empty);
        }

        var read = TryReadNode(0, out value, out lines);
        if (!read)
        {
            return false;
        }

        _events.Consume<DocumentEnd>();
        if (_events.Accept<DocumentStart>(out var second))
        {
            Fault(ManifestCodes.SecondDocument, "A manifest is one YAML document; a second one starts here.", second.Start);
        }

        return _faults.Count == 0;
    }

    /// <returns>False when reading cannot go on; faults that leave the structure clear are reported and passed over.</returns>
    private bool TryReadNode(int depth, out Value value, out SourceLines? lines)
    {
        value = default;
        var start = _events.Current ?? throw new YamlException("The text ends too early.");
        lines = new(Line(start.Start));
        if (depth > MaxDepth)
        {
            return Fault(ManifestCodes.TooDeep, $"The text nests deeper than {MaxDepth} levels.", start.Start);
        }

        if (_events.TryConsume<AnchorAlias>(out var alias))
        {
            Fault(ManifestCodes.Anchor, $"The alias '*{alias.Value}' is not supported; write the value out.", alias.Start);
            return true;
        }

        RefuseProperties(start as NodeEvent);
        return start switch
        {
            SequenceStart => TryReadItems(depth, lines, out value),
            MappingStart => TryReadMembers(depth, lines, out value),
            _ => TryReadScalar(_events.Consume<Scalar>(), out value),
        };
    }

    private bool TryReadItems(int depth, SourceLines lines, out Value value)
    {
        value = default;
        var items = new List<Value>();
        _events.Consume<SequenceStart>();
        while (!_events.TryConsume<SequenceEnd>(out _))
        {
            if (!TryReadNode(depth + 1, out var item, out var itemLines))
            {
                return false;
            }

            items.Add(item);
            lines.Add(itemLines!);
        }

        value = Value.Array([.. items]);
        return true;
    }

    private bool TryReadMembers(int depth, SourceLines lines, out Value value)
    {
        value = default;
        var members = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        _events.Consume<MappingStart>();
        while (!_events.TryConsume<MappingEnd>(out _))
        {
            if (!_events.TryConsume<Scalar>(out var key))
            {
                return Fault(ManifestCodes.Key, "A key must be plain text.", _events.Current!.Start);
            }

            RefuseProperties(key);
            if (!TryReadNode(depth + 1, out var member, out var memberLines))
            {
                return false;
            }

            if (key is { Value: "<<", Style: ScalarStyle.Plain })
            {
                Fault(ManifestCodes.MergeKey, "The merge key '<<' is not supported; write the members out.", key.Start);
            }
            else if (!IsUnicode(key.Value))
            {
                Fault(ManifestCodes.Syntax, "The key holds half a surrogate pair.", key.Start);
            }
            else if (!members.TryAdd(key.Value, member))
            {
                Fault(ManifestCodes.DuplicateKey, $"The key '{key.Value}' is given twice.", key.Start);
            }
            else
            {
                memberLines!.Line = Line(key.Start);
                lines.Add(key.Value, memberLines);
            }
        }

        value = Value.Object(members);
        return true;
    }

    private bool TryReadScalar(Scalar scalar, out Value value)
    {
        value = scalar.Value;
        if (!IsUnicode(scalar.Value))
        {
            Fault(ManifestCodes.Syntax, "The text holds half a surrogate pair.", scalar.Start);
        }

        if (scalar.Style == ScalarStyle.Plain && !YamlScalar.TryResolve(scalar.Value, out value))
        {
            Fault(ManifestCodes.Number, $"'{scalar.Value}' is not a number that JSON can hold.", scalar.Start);
        }

        return true;
    }

    private void RefuseProperties(NodeEvent? node)
    {
        if (node is { Anchor.IsEmpty: false })
        {
            Fault(ManifestCodes.Anchor, $"The anchor '&{node.Anchor.Value}' is not supported; write the value out.", node.Start);
        }

        if (node is { Tag.IsEmpty: false })
        {
            Fault(ManifestCodes.Tag, $"The tag '{node.Tag}' is not supported; quote the value if it is text.", node.Start);
        }
    }

    private bool Fault(string code, string message, Mark at)
    {
        _faults.Add(new(Severity.Error, code, message, "", Line(at)));
        return false;
    }

    private static int Line(Mark mark) => (int)Math.Max(1, mark.Line);
}
