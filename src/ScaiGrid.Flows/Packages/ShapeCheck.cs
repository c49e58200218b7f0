using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Packages;

/// <summary>Reads the members of an object, notes each that is missing, of another type or unknown, and goes on.</summary>
internal sealed class ShapeCheck(Value value, string path, Action<string, string> fault)
{
    private readonly HashSet<string> _known = [];

    public string Text(string name) => TextOrNull(name, required: true) ?? "";

    /// <summary>The text, or null where it is JSON's null.</summary>
    public string? TextOrNull(string name, bool required = false)
    {
        var member = Member(name);
        if (!member.IsNull || required)
        {
            Require(member.Kind == ValueKind.String, name, "must be text");
        }

        return member.AsString();
    }

    public T Parsed<T>(string name, string expectation) where T : struct, IParsable<T>
    {
        var read = T.TryParse(Member(name).AsString(), null, out var parsed);
        Require(read, name, expectation);
        return parsed;
    }

    public void Number(string name, int expected) => Require(Member(name) == expected, name, $"must be {expected}");

    public ShapeCheck Object(string name)
    {
        var member = Member(name);
        Require(member.Kind == ValueKind.Object, name, "must be an object");
        return new(member, PathOf(name), fault);
    }

    public IReadOnlyList<string> Texts(string name) => Each(name, (item, at) =>
    {
        if (item.Kind != ValueKind.String)
        {
            fault(at, "must be text");
        }

        return item.AsString() ?? "";
    });

    public IReadOnlyList<T> Items<T>(string name, Func<ShapeCheck, T> read) => Each(name, (item, at) =>
    {
        var inner = new ShapeCheck(item, at, fault);
        var result = read(inner);
        inner.NothingElse();
        return result;
    });

    /// <summary>Every other member is a fault: what this version does not know it would not check.</summary>
    public void NothingElse()
    {
        foreach (var name in value.Members.Keys.Where(n => !_known.Contains(n)))
        {
            fault(PathOf(name), "is not known here");
        }
    }

    private List<T> Each<T>(string name, Func<Value, string, T> read)
    {
        var member = Member(name);
        Require(member.Kind == ValueKind.Array, name, "must be an array");
        return [.. member.Items.Select((item, i) => read(item, $"{PathOf(name)}[{i}]"))];
    }

    private Value Member(string name)
    {
        _known.Add(name);
        return value[name];
    }

    private void Require(bool holds, string name, string expectation)
    {
        if (!holds)
        {
            fault(PathOf(name), expectation);
        }
    }

    private string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
