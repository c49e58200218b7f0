using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>An object being written, member by member, in the order they are to stand.</summary>
internal sealed class Members
{
    private readonly List<KeyValuePair<string, Value>> _members = [];

    public Members Add(string name, Value value)
    {
        _members.Add(new(name, value));
        return this;
    }

    /// <summary>Unless it is <c>null</c>, which is as good as absent.</summary>
    public Members AddGiven(string name, Value value) => value.IsNull ? this : Add(name, value);

    /// <summary>Unless it is <c>null</c> or holds nothing: an editor leaves empty lists and objects behind where nothing was filled in.</summary>
    public Members AddFilled(string name, Value value) => value.Kind switch
    {
        ValueKind.Null => this,
        ValueKind.Array when value.Items.Count == 0 => this,
        ValueKind.Object when value.Members.Count == 0 => this,
        _ => Add(name, value),
    };

    /// <summary>Those of the object's members that are given, under their own names.</summary>
    public Members AddFrom(Value from, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            AddGiven(name, from[name]);
        }

        return this;
    }

    public Value ToValue() => Value.Object(_members);
}
