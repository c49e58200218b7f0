using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>A value of the manifest together with where it stands. What it is asked for and is not, it reports itself.</summary>
internal sealed partial class ManifestNode
{
    private readonly ManifestNode? _parent;
    private readonly string _segment;
    private readonly SourceLines? _lines;

    private ManifestNode(ManifestReport report, Value value, SourceLines? lines, ManifestNode? parent, string segment) =>
        (Report, Value, _lines, _parent, _segment) = (report, value, lines, parent, segment);

    public ManifestReport Report { get; }

    public Value Value { get; }

    public int? Line => _lines?.Line ?? _parent?.Line;

    public string Path => _parent?._parent is null ? _segment
        : _segment.StartsWith('[') ? _parent.Path + _segment : $"{_parent.Path}.{_segment}";

    public static ManifestNode Root(ManifestReport report, Value value, SourceLines? lines) => new(report, value, lines, null, "");

    /// <summary>The member, or null when it is absent. A member that is <c>null</c> is present.</summary>
    public ManifestNode? Member(string key) => Value.Members.TryGetValue(key, out var value)
        ? new(Report, value, _lines?.Member(key), this, key)
        : null;

    /// <summary>The member, or null when it is absent or <c>null</c>.</summary>
    public ManifestNode? Given(string key) => Member(key) is { Value.IsNull: false } member ? member : null;

    /// <summary>The given member; its absence is an error.</summary>
    public ManifestNode? Required(string key)
    {
        var member = Given(key);
        if (member is null)
        {
            Error(ManifestCodes.Missing, $"'{key}' is required.");
        }

        return member;
    }

    public IEnumerable<ManifestNode> Members() => Value.Members.Keys.Select(key => Member(key)!);

    public string Key => _segment;

    /// <summary>The items; anything but an array is an error and has none.</summary>
    public IEnumerable<ManifestNode> Items()
    {
        if (Value.Kind != ValueKind.Array)
        {
            return Wrong<IEnumerable<ManifestNode>>("a list") ?? [];
        }

        return Value.Items.Select((item, i) => new ManifestNode(Report, item, _lines?.Item(i), this, $"[{i}]"));
    }

    public bool IsObject()
    {
        if (Value.Kind == ValueKind.Object)
        {
            return true;
        }

        Wrong<object>("an object");
        return false;
    }

    public string? Text() => Value.AsString() ?? Wrong<string>("text");

    /// <summary>Text or a number, as text: <c>runtime_version: 0.2</c> is a number only because nobody quoted it.</summary>
    public string? Word() => Value.Kind is ValueKind.String or ValueKind.Number ? Value.ToText() : Wrong<string>("text");

    public bool? Flag() => Value.TryGetBool(out var flag) ? flag : Wrong<bool?>("true or false");

    public int? Whole(int from, int to)
    {
        if (!Value.TryGetDecimal(out var number) || number != decimal.Truncate(number))
        {
            return Wrong<int?>("a whole number");
        }

        if (number < from || number > to)
        {
            Error(ManifestCodes.Range, $"Must be between {from} and {to}.");
            return null;
        }

        return (int)number;
    }

    public decimal? Number(decimal from, decimal to)
    {
        if (!Value.TryGetDecimal(out var number))
        {
            return Wrong<decimal?>("a number");
        }

        if (number < from || number > to)
        {
            Error(ManifestCodes.Range, $"Must be between {from} and {to}.");
            return null;
        }

        return number;
    }

    /// <summary>A name that expressions can say, and that does not hide one of theirs.</summary>
    public string? Name() => Text() is { } name ? Named(name) : null;

    /// <summary>The key of this member, as such a name.</summary>
    public string? KeyName() => Named(_segment);

    private string? Named(string name)
    {
        if (!Identifier().IsMatch(name))
        {
            Error(ManifestCodes.Name, $"'{name}' is not a name: a letter or '_', then letters, digits and '_'.");
            return null;
        }

        return IsFree(name) ? name : null;
    }

    /// <summary>A word that names something outside of the program: a plugin, one of its methods, a queue.</summary>
    public string? Token()
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (TokenText.IsMatch(text))
        {
            return text;
        }

        Error(ManifestCodes.Name, $"'{text}' is not a name: letters, digits, '_', '-' and '.', at most 128.");
        return null;
    }

    public bool IsFree(string name)
    {
        if (!IsReserved(name))
        {
            return true;
        }

        Error(ManifestCodes.ReservedName, $"'{name}' has a meaning of its own in expressions; choose another name.");
        return false;
    }

    /// <summary>It has a meaning of its own in expressions, which nothing may hide.</summary>
    public static bool IsReserved(string name) => name is "input" or "config" or "run" or "true" or "false" or "null" or "in";

    public TimeSpan? Duration()
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (Manifests.Duration.TryParse(text, out var duration))
        {
            return duration;
        }

        Error(ManifestCodes.Duration, $"'{text}' is not a duration: a whole number and s, m, h, d or w, such as 30s or 2d.");
        return null;
    }

    /// <summary>One of the words; anything else is an error that lists them.</summary>
    public string? OneOf(params ReadOnlySpan<string> words)
    {
        if (Text() is not { } text)
        {
            return null;
        }

        if (words.Contains(text))
        {
            return text;
        }

        Error(ManifestCodes.UnknownWord, $"'{text}' is not one of {string.Join(", ", words)}.");
        return null;
    }

    /// <summary>Keys that mean nothing here are kept, for a later version may know them, but a typing error should not pass unseen.</summary>
    public void WarnOfUnknownKeys(ManifestShape shape)
    {
        foreach (var (key, _) in Value.Members)
        {
            if (!shape.Knows(key))
            {
                Report.Warning(Member(key)!, ManifestCodes.UnknownKey, $"'{key}' is not known here: it is kept, and does nothing.");
            }
        }
    }

    public void Error(string code, string message) => Report.Error(this, code, message);

    private T? Wrong<T>(string expected)
    {
        Error(ManifestCodes.WrongType, $"Must be {expected}, not {Describe(Value.Kind)}.");
        return default;
    }

    private static string Describe(ValueKind kind) => kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Bool => "true or false",
        ValueKind.Number => "a number",
        ValueKind.String => "text",
        ValueKind.Array => "a list",
        _ => "an object",
    };

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex Identifier();

    /// <summary>An id, or a word that names something outside of the program.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,128}\z")]
    public static partial Regex TokenText { get; }
}
