using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>The shapes that flows are made of.</summary>
internal sealed partial record Shape
{
    public const int LongestId = 128, LongestLabel = 256, LongestText = 1024 * 1024, MostArguments = 256;

    public static readonly Pattern IdText = new(ManifestNode.TokenText, "an id: letters, digits, '_', '-' and '.', at most 128");
    public static readonly Pattern TokenText = IdText with { Means = "a name: letters, digits, '_', '-' and '.', at most 128" };
    public static readonly Pattern NameText = new(NameRegex, "a name: a letter or '_', then letters, digits and '_', at most 128");
    public static readonly Pattern RoleText = new(RoleRegex, "a role: a small letter, then small letters, digits and '_', at most 64");

    public static Shape Anything { get; } = new(Admits.Anything);

    public static Shape Flag { get; } = new(Admits.Bool);

    public static Shape Number { get; } = new(Admits.Number);

    public static Shape Id { get; } = new(Admits.Text) { Pattern = IdText };

    public static Shape Token { get; } = new(Admits.Text) { Pattern = TokenText };

    public static Shape Role { get; } = new(Admits.Text) { Pattern = RoleText };

    /// <summary>A name that expressions can say.</summary>
    public static Shape Name { get; } = new(Admits.Text) { Pattern = NameText, Meaning = Meaning.Name };

    public static Shape Label { get; } = new(Admits.Text) { MaxLength = LongestLabel };

    public static Shape Expression { get; } = Scalar(Meaning.Expression);

    public static Shape Conditions { get; } = Scalar(Meaning.Expression).OrList();

    public static Shape Validations { get; } = Scalar(Meaning.Validation).OrList();

    public static Shape Template { get; } = new(Admits.Text) { MaxLength = LongestText, Meaning = Meaning.Template };

    /// <summary>One template or a list of them.</summary>
    public static Shape Templates { get; } = Template.OrList();

    public static Shape ValueTemplate { get; } = Anything with { Meaning = Meaning.ValueTemplate };

    /// <summary>An event of the author's own, as a step tells it.</summary>
    public static Shape Emit { get; } = Object(
        new("event", new(Admits.Text) { Pattern = new(Manifests.Emit.Written, "an event's name: small letters, digits, '_' and '.', at most 64, and not one of the runtime's, which begin with 'scaicore.'") }, true),
        new("payload", ValueTemplate)).Noted("An event that it tells once it is completed: with the payload, else with its result.");

    /// <summary>An object whose members are value templates.</summary>
    public static Shape Bindings { get; } = new(Admits.Object) { MaxMembers = MostArguments, Meaning = Meaning.ValueTemplate };

    public static Shape Duration { get; } = new(Admits.Text)
    {
        MaxLength = 32,
        Meaning = Meaning.Duration,
        Note = "A whole number and s, m, h, d or w, such as 30s or 2d.",
    };

    public static Shape OutputType { get; } = new(Admits.Text | Admits.Object) { MaxMembers = MostArguments, Meaning = Meaning.OutputType };

    public static Shape Text(int longest, bool mayBeEmpty = true) => new(Admits.Text) { MinLength = mayBeEmpty ? 0 : 1, MaxLength = longest };

    public static Shape OneOf(params ImmutableArray<string> words) => new(Admits.Text) { Words = words };

    public static Shape Whole(int from, int to) => new(Admits.Whole) { From = from, To = to, HasRange = true };

    public static Shape Between(int from, int to) => new(Admits.Number) { From = from, To = to, HasRange = true };

    public static Shape List(Shape items, int most, int least = 0) => new(Admits.List) { Items = items, MinItems = least, MaxItems = most };

    public static Shape Object(params ImmutableArray<Field> members) => new(Admits.Object) { Fields = members };

    public Shape OrList(int most = 64) => this with { Admits = Admits | Admits.List, Items = this, MaxItems = most };

    public Shape By(Value fallback) => this with { Default = fallback };

    public Shape Defined(string name) => this with { Definition = name };

    public Shape Noted(string note) => this with { Note = note };

    /// <summary>An expression is text; <c>true</c>, <c>false</c> and a number are expressions whether quoted or not.</summary>
    private static Shape Scalar(Meaning meaning) => new(Admits.Text | Admits.Bool | Admits.Number) { MaxLength = LongestText, Meaning = meaning };

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]{0,127}\z")]
    private static partial Regex NameRegex { get; }

    [GeneratedRegex(@"^[a-z][a-z0-9_]{0,63}\z")]
    private static partial Regex RoleRegex { get; }
}
