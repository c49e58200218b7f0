namespace ScaiGrid.Flows.Language;

/// <summary>Faults of a value against its type; so many and no more, for a hostile answer can hold a million.</summary>
internal sealed class TypeFaults
{
    private const int Most = 50;
    private readonly List<string> _messages = [];

    public IReadOnlyList<string> Messages => _messages;

    public int Count => _messages.Count;

    public void Add(string path, string message)
    {
        if (_messages.Count < Most)
        {
            _messages.Add(path.Length == 0 ? message : $"{path}: {message}");
        }
    }
}

internal abstract class TypeNode
{
    public abstract Value ToSchema();

    /// <summary>The value in the form of the type; what is returned after a fault does not matter.</summary>
    public abstract Value Check(Value value, string path, TypeFaults faults);

    protected static Value Schema(params IEnumerable<KeyValuePair<string, Value>> members) => Value.Object(members);

    protected static KeyValuePair<string, Value> Member(string name, Value value) => new(name, value);

    protected static Value Fail(TypeFaults faults, string path, string expected, Value found)
    {
        faults.Add(path, $"expected {expected}, found {Describe(found)}");
        return found;
    }

    /// <summary>A scalar itself, cut short, or the kind.</summary>
    private static string Describe(Value value)
    {
        if (value.Kind is ValueKind.Array or ValueKind.Object)
        {
            return Kinds.Name(value);
        }

        var text = value.AsString();
        return text?.Length > 60 ? ((Value)text[..CodePoints.OffsetOf(text[..60], 50)]).ToJson() + "…" : value.ToJson();
    }
}

internal sealed class ArrayType(TypeNode item) : TypeNode
{
    public override Value ToSchema() => Schema(Member("type", "array"), Member("items", item.ToSchema()));

    public override Value Check(Value value, string path, TypeFaults faults)
    {
        if (!value.TryGetArray(out var items))
        {
            return Fail(faults, path, "an array", value);
        }

        var coerced = new Value[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            coerced[i] = item.Check(items[i], Paths.Item(path, i), faults);
        }

        return Value.Array(coerced);
    }
}

internal sealed class ObjectType(IReadOnlyList<string> names, IReadOnlyList<TypeNode> types) : TypeNode
{
    private readonly HashSet<string> _known = [.. names];

    public IReadOnlyList<string> Names => names;

    public override Value ToSchema() => Schema(
        Member("type", "object"),
        Member("properties", Schema(names.Zip(types, (name, type) => Member(name, type.ToSchema())))),
        Member("required", Value.Array([.. names.Select(name => (Value)name)])),
        Member("additionalProperties", false));

    public override Value Check(Value value, string path, TypeFaults faults)
    {
        if (!value.TryGetObject(out var members))
        {
            return Fail(faults, path, "an object", value);
        }

        var coerced = new KeyValuePair<string, Value>[names.Count];
        for (var i = 0; i < names.Count; i++)
        {
            if (!members.TryGetValue(names[i], out var member) && types[i] is not OptionalType)
            {
                faults.Add(Paths.Member(path, names[i]), "is missing");
                continue;
            }

            coerced[i] = new(names[i], types[i].Check(member, Paths.Member(path, names[i]), faults));
        }

        foreach (var (name, _) in members)
        {
            if (!_known.Contains(name))
            {
                faults.Add(Paths.Member(path, name), "is not a declared field");
            }
        }

        return faults.Count == 0 ? Value.Object(coerced) : value;
    }
}

/// <summary><c>map[string, T]</c>: an object of any names.</summary>
internal sealed class MapType(TypeNode item) : TypeNode
{
    private readonly ArrayType _entries = new(new ObjectType(["key", "value"], [ScalarType.Text, item]));

    public override Value ToSchema() => _entries.ToSchema();

    public override Value Check(Value value, string path, TypeFaults faults)
    {
        if (value.Kind == ValueKind.Array)
        {
            return CheckEntries(value, path, faults);
        }

        return value.TryGetObject(out var members)
            ? Value.Object([.. members.Select(m => Member(m.Key, item.Check(m.Value, Paths.Member(path, m.Key), faults)))])
            : Fail(faults, path, "an object", value);
    }

    private Value CheckEntries(Value value, string path, TypeFaults faults)
    {
        var before = faults.Count;
        var entries = _entries.Check(value, path, faults);
        if (faults.Count > before)
        {
            return value;
        }

        var members = ObjectValue.From(entries.Items.Select(entry => Member(entry["key"].ToText(), entry["value"])));
        if (members.Count < entries.Items.Count)
        {
            faults.Add(path, "holds a key twice");
        }

        return members;
    }
}

/// <summary><c>T?</c>: a T or null.</summary>
internal sealed class OptionalType(TypeNode inner) : TypeNode
{
    public override Value ToSchema()
    {
        var schema = inner.ToSchema();
        if (schema["type"].IsNull)
        {
            return Schema(Member("anyOf", Value.Array([.. schema["anyOf"].Items, Schema(Member("type", "null"))])));
        }

        return Schema(schema.Members.Select(m => m.Key switch
        {
            "type" => Member(m.Key, Value.Array(m.Value, "null")),
            "enum" => Member(m.Key, Value.Array([.. m.Value.Items, Value.Null])),
            _ => m,
        }));
    }

    public override Value Check(Value value, string path, TypeFaults faults) => value.IsNull ? value : inner.Check(value, path, faults);
}

/// <summary><c>A | B</c>: the first of the types that the value fits as it is, else the first that it can be converted to.</summary>
internal sealed class UnionType(IReadOnlyList<TypeNode> types, string text) : TypeNode
{
    public override Value ToSchema() => Schema(Member("anyOf", Value.Array([.. types.Select(type => type.ToSchema())])));

    public override Value Check(Value value, string path, TypeFaults faults)
    {
        Value? converted = null;
        foreach (var type in types)
        {
            var own = new TypeFaults();
            var candidate = type.Check(value, path, own);
            if (own.Count == 0 && candidate == value)
            {
                return candidate;
            }

            converted ??= own.Count == 0 ? candidate : default(Value?);
        }

        return converted ?? Fail(faults, path, text, value);
    }
}
