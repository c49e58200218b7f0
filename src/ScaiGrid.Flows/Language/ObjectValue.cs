using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ScaiGrid.Flows.Language;

/// <summary>The members of a JSON object, in the order they were written. Immutable.</summary>
public sealed class ObjectValue : IReadOnlyCollection<KeyValuePair<string, Value>>, IEquatable<ObjectValue>
{
    private readonly OrderedDictionary<string, Value> _members;

    private ObjectValue(OrderedDictionary<string, Value> members) => _members = members;

    public static ObjectValue Empty { get; } = new([]);

    public int Count => _members.Count;

    public IReadOnlyList<string> Keys => _members.Keys;

    /// <summary>The later of two members with one name wins, in the place of the first.</summary>
    public static ObjectValue From(params IEnumerable<KeyValuePair<string, Value>> members)
    {
        var ordered = new OrderedDictionary<string, Value>(StringComparer.Ordinal);
        foreach (var (name, value) in members)
        {
            ordered[name] = value;
        }

        return new(ordered);
    }

    public bool TryGetValue(string name, out Value value) => _members.TryGetValue(name, out value);

    public bool Equals([NotNullWhen(true)] ObjectValue? other)
    {
        if (other is null || other.Count != Count)
        {
            return false;
        }

        foreach (var (name, value) in _members)
        {
            if (!other.TryGetValue(name, out var theirs) || theirs != value)
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ObjectValue);

    /// <summary>Independent of the members' order, as <see cref="Equals(ObjectValue?)"/> is.</summary>
    public override int GetHashCode()
    {
        var hash = Count;
        foreach (var (name, value) in _members)
        {
            hash ^= HashCode.Combine(name, value);
        }

        return hash;
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in _members)
        {
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    public IEnumerator<KeyValuePair<string, Value>> GetEnumerator() => _members.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
