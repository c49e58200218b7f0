using System.Globalization;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Server.Access.Bootstrap;

/// <summary>One item of a section, read member by member. Every member that nobody asked for is a fault in the end.</summary>
internal sealed class Entry(MappingNode node, string path, List<BootstrapFault> faults)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public int Line => node.Line;

    /// <summary>Complains about a member, at the line of its value; about the whole entry when it has no such member.</summary>
    public void Fault(string name, string message)
    {
        var root = name.Split('[', '.')[0];
        faults.Add(new(node.Members.TryGetValue(root, out var value) ? (value is SequenceNode or MappingNode ? LineOf(name, value) : value.Line) : node.Line, Path(name), message));
    }

    public bool Has(string name) => Find(name) is not null;

    public string Text(string name, int max = 200)
    {
        if (OptionalText(name, max) is { } text)
        {
            return text;
        }

        if (Find(name) is null)
        {
            Fault(name, "is required");
        }

        return "";
    }

    public string? OptionalText(string name, int max = 200)
    {
        switch (Find(name))
        {
            case null:
                return null;
            case ScalarNode { Text: { Length: > 0 } text } when text.Length <= max:
                return text;
            case ScalarNode:
                Fault(name, $"must have 1 to {max} characters");
                return null;
            default:
                Fault(name, "must be text");
                return null;
        }
    }

    /// <param name="what">What the text must be, such as "a slug".</param>
    public T? Optional<T>(string name, string what) where T : struct, IParsable<T>
    {
        if (OptionalText(name) is not { } text)
        {
            return null;
        }

        if (T.TryParse(text, CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        Fault(name, $"'{text}' is not {what}");
        return null;
    }

    /// <inheritdoc cref="Optional{T}"/>
    public T? Required<T>(string name, string what) where T : struct, IParsable<T>
    {
        if (Find(name) is null)
        {
            Fault(name, "is required");
        }

        return Optional<T>(name, what);
    }

    public int? Number(string name, int min, int max)
    {
        var number = Optional<int>(name, "a whole number");
        if (number < min || number > max)
        {
            Fault(name, $"must be from {min} to {max}");
            return null;
        }

        return number;
    }

    /// <summary>Money: a decimal number that is not negative; 0 where nothing is said.</summary>
    public decimal Price(string name)
    {
        var text = OptionalText(name);
        if (text is null)
        {
            return 0;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var price) && price <= 1_000_000_000)
        {
            return price;
        }

        Fault(name, $"'{text}' is not a price, such as \"2.50\"");
        return 0;
    }

    public bool Flag(string name)
    {
        switch (Find(name))
        {
            case null or ScalarNode { Text: "false" }:
                return false;
            case ScalarNode { Text: "true" }:
                return true;
            default:
                Fault(name, "must be true or false");
                return false;
        }
    }

    /// <summary>One of an enum's values, in snake_case.</summary>
    public T? Choice<T>(string name) where T : struct, Enum
    {
        if (OptionalText(name) is not { } text)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString()) == text)
            {
                return value;
            }
        }

        Fault(name, $"'{text}' must be one of {string.Join(", ", Enum.GetNames<T>().Select(System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName))}");
        return null;
    }

    /// <summary>A list of different words that all pass; empty where nothing is said.</summary>
    /// <param name="what">What each must be, such as "a role".</param>
    public List<string> Words(string name, string what, Func<string, bool> passes)
    {
        var words = new List<string>();
        foreach (var (i, item) in Items(name).Index())
        {
            if (item is not ScalarNode { IsNull: false, Text: { Length: <= 200 } word } || !passes(word))
            {
                Fault($"{name}[{i}]", item is ScalarNode { Text: var text } ? $"'{text}' is not {what}" : $"must be {what}");
            }
            else if (words.Contains(word))
            {
                Fault($"{name}[{i}]", $"'{word}' is given twice");
            }
            else
            {
                words.Add(word);
            }
        }

        return words;
    }

    public IReadOnlyList<Entry> Entries(string name)
    {
        var entries = new List<Entry>();
        foreach (var (i, item) in Items(name).Index())
        {
            if (item is MappingNode mapping)
            {
                entries.Add(new(mapping, Path($"{name}[{i}]"), faults));
            }
            else
            {
                Fault($"{name}[{i}]", "must be a mapping");
            }
        }

        return entries;
    }

    /// <summary>A mapping of anything, as JSON; empty where nothing is said.</summary>
    public Value Json(string name)
    {
        switch (Find(name))
        {
            case null:
                return Value.EmptyObject;
            case MappingNode mapping:
                return YamlJson.From(mapping);
            default:
                Fault(name, "must be a mapping");
                return Value.EmptyObject;
        }
    }

    /// <summary>Complains about the members that nobody read.</summary>
    public void Close()
    {
        foreach (var name in node.Members.Keys.Where(n => !_read.Contains(n)))
        {
            Fault(name, "is not known here");
        }
    }

    private IReadOnlyList<Node> Items(string name)
    {
        switch (Find(name))
        {
            case null:
                return [];
            case SequenceNode sequence:
                return sequence.Items;
            default:
                Fault(name, "must be a list");
                return [];
        }
    }

    private Node? Find(string name)
    {
        _read.Add(name);
        return node.Members.TryGetValue(name, out var value) && value is not ScalarNode { IsNull: true } ? value : null;
    }

    private string Path(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static int LineOf(string name, Node value) =>
        value is SequenceNode sequence && name.IndexOf('[') is > 0 and var open && int.TryParse(name[(open + 1)..name.IndexOf(']')], out var i)
            ? sequence.Items[i].Line
            : value.Line;
}
