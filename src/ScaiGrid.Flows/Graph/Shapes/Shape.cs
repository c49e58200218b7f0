using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>Which kinds of value a shape lets in. A whole number is a number too, so only one of the two is set.</summary>
[Flags]
internal enum Admits
{
    Bool = 1,
    Number = 2,
    Whole = 4,
    Text = 8,
    List = 16,
    Object = 32,
    Null = 64,
    Anything = Bool | Number | Text | List | Object | Null,
}

/// <summary>
/// What a value of a flow may look like, in the terms of JSON Schema: every facet speaks of one kind of value and says
/// nothing of the others. One description serves the reader, the published schema and the analysis, so they cannot part.
/// </summary>
internal sealed partial record Shape(Admits Admits)
{
    public int MinLength { get; init; }

    /// <summary>In code points, as JSON Schema counts them.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    public Pattern? Pattern { get; init; }

    /// <summary>The words that a text may be; empty when it is free. A shape with words admits text alone.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    public int From { get; init; } = int.MinValue;

    public int To { get; init; } = int.MaxValue;

    public bool HasRange { get; init; }

    public Shape? Items { get; init; }

    public int MinItems { get; init; }

    public int MaxItems { get; init; } = int.MaxValue;

    public ImmutableArray<Field> Fields { get; init; } = [];

    /// <summary>The shape of the members that are not among <see cref="Fields"/>; null lets them be anything.</summary>
    public Shape? Others { get; init; }

    /// <summary>What the names of <see cref="Others"/> look like; null for any.</summary>
    public Pattern? Names { get; init; }

    public int MaxMembers { get; init; } = int.MaxValue;

    /// <summary>Fields that depend on the word another member holds.</summary>
    public Cases? Cases { get; init; }

    /// <summary>What a value of this shape means, for the analysis to check.</summary>
    public Meaning Meaning { get; init; }

    /// <summary>The diagnostics within belong to the node or edge that this object is.</summary>
    public Subject Subject { get; init; }

    /// <summary>Its name among the schema's definitions; null writes it where it stands.</summary>
    public string? Definition { get; init; }

    /// <summary>One sentence for editors; null for none.</summary>
    public string? Note { get; init; }

    /// <summary>What an absent member stands for.</summary>
    public Value Default { get; init; }

    /// <summary>Reports every fault of the value, and what its parts mean.</summary>
    public void Check(Value value, ShapeWalk walk)
    {
        var before = walk.Errors;
        if (!IsAdmitted(value))
        {
            walk.WrongType(Admits, value);
            return;
        }

        walk.Enter(Subject, value);
        switch (value.Kind)
        {
            case ValueKind.String:
                CheckText(value.AsString()!, walk);
                break;
            case ValueKind.Number:
                CheckNumber(value, walk);
                break;
            case ValueKind.Array:
                CheckItems(value, walk);
                break;
            case ValueKind.Object:
                CheckMembers(value.Members, walk);
                break;
        }

        if (Meaning != Meaning.None && walk.Errors == before)
        {
            walk.Means(Meaning, value);
        }

        walk.Leave(Subject);
    }

    private bool IsAdmitted(Value value) => (Admits & value.Kind switch
    {
        ValueKind.Null => Admits.Null,
        ValueKind.Bool => Admits.Bool,
        ValueKind.Number when Admits.HasFlag(Admits.Whole) && IsWhole(value) => Admits.Whole,
        ValueKind.Number => Admits.Number,
        ValueKind.String => Admits.Text,
        ValueKind.Array => Admits.List,
        _ => Admits.Object,
    }) != 0;

    /// <summary>A double too large for a decimal has no fraction left, and is out of any range all the same.</summary>
    private static bool IsWhole(Value value) => value.TryGetDecimal(out var exact)
        ? decimal.IsInteger(exact)
        : value.TryGetDouble(out var number) && double.IsInteger(number);

    private void CheckText(string text, ShapeWalk walk)
    {
        if (Words.Length > 0 && !Words.Contains(text))
        {
            walk.Error(FlowCodes.UnknownWord, $"'{ShapeWalk.Shown(text)}' is not one of {string.Join(", ", Words)}.");
        }
        else if (text.Length < MinLength)
        {
            walk.Error(FlowCodes.Length, "Must not be empty.");
        }
        else if (text.Length > MaxLength && CodePoints.Count(text) > MaxLength)
        {
            walk.Error(FlowCodes.Length, $"Must be at most {MaxLength} characters.");
        }
        else if (Pattern is { } pattern && !pattern.Matches(text))
        {
            walk.Error(FlowCodes.Pattern, $"'{ShapeWalk.Shown(text)}' is not {pattern.Means}.");
        }
    }

    private void CheckNumber(Value value, ShapeWalk walk)
    {
        if (HasRange && (!value.TryGetDecimal(out var number) || number < From || number > To))
        {
            walk.Error(FlowCodes.Range, $"Must be between {From} and {To}.");
        }
    }

    private void CheckItems(Value value, ShapeWalk walk)
    {
        value.TryGetArray(out var items);
        if (items.Length < MinItems || items.Length > MaxItems)
        {
            walk.Error(FlowCodes.Count, items.Length < MinItems ? $"Must have at least {MinItems} item." : $"Must have at most {MaxItems} items.");
            return;
        }

        for (var i = 0; Items is not null && i < items.Length; i++)
        {
            walk.Push(i);
            Items.Check(items[i], walk);
            walk.Pop();
        }
    }

    private void CheckMembers(ObjectValue value, ShapeWalk walk)
    {
        if (value.Count > MaxMembers)
        {
            walk.Error(FlowCodes.Count, $"Must have at most {MaxMembers} members.");
            return;
        }

        foreach (var field in Fields)
        {
            field.Check(value, walk);
        }

        foreach (var field in Cases?.Of(value) ?? [])
        {
            field.Check(value, walk);
        }

        if (Others is null && Names is null)
        {
            return;
        }

        foreach (var (name, other) in value)
        {
            CheckOther(name, other, walk);
        }
    }

    private void CheckOther(string name, Value value, ShapeWalk walk)
    {
        foreach (var field in Fields)
        {
            if (field.Name == name)
            {
                return;
            }
        }

        walk.Push(name);
        if (Names is { } names && !names.Matches(name))
        {
            walk.Error(FlowCodes.Pattern, $"'{ShapeWalk.Shown(name)}' is not {names.Means}.");
        }

        Others?.Check(value, walk);
        walk.Pop();
    }
}

/// <summary>A member of an object. One that is not required may be absent or <c>null</c>, which is the same.</summary>
internal sealed record Field(string Name, Shape Shape, bool IsRequired = false)
{
    public void Check(ObjectValue owner, ShapeWalk walk)
    {
        var isGiven = owner.TryGetValue(Name, out var value);
        if (!isGiven && IsRequired)
        {
            walk.Error(FlowCodes.Missing, $"'{Name}' is required.");
        }
        else if (isGiven && (IsRequired || !value.IsNull))
        {
            walk.Push(Name);
            Shape.Check(value, walk);
            walk.Pop();
        }
    }
}

/// <summary>Further members by the word that the member <paramref name="By"/> holds; none for a word that is not listed.</summary>
internal sealed record Cases(string By, IReadOnlyDictionary<string, ImmutableArray<Field>> ByWord)
{
    public ImmutableArray<Field> Of(ObjectValue owner) =>
        owner.TryGetValue(By, out var word) && word.AsString() is { } text && ByWord.TryGetValue(text, out var members) ? members : [];
}

/// <summary>A regular expression that means the same to .NET and to ECMAScript: anchored, and of ASCII classes only.</summary>
/// <param name="Regex">Begins with <c>^</c> and ends with <c>\z</c>, which to ECMAScript is <c>$</c>.</param>
/// <param name="Means">Completes "… is not".</param>
internal sealed record Pattern(Regex Regex, string Means)
{
    /// <summary>As ECMAScript writes it.</summary>
    public string Text => $"{Regex.ToString()[..^2]}$";

    public bool Matches(string text) => Regex.IsMatch(text);
}

internal enum Subject { None, Node, Edge }
