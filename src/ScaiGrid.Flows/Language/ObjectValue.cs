using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ScaiGrid.Flows.Language;

/// <summary>The members of a JSON object, in the order they were written. Immutable.</summary>
public sealed class ObjectValue : IReadOnlyCollection<KeyValuePair<string, Value>>, IEquatable<ObjectValue>
{
    /// <summary>Among so few members, comparing names finds one sooner than hashing does, and takes no memory.</summary>
    private const int MostUnindexed = 8;

    private readonly ImmutableArray<KeyValuePair<string, Value>> _members;
    private readonly Dictionary<string, int>? _places; // null for few members

    private ObjectValue(ImmutableArray<KeyValuePair<string, Value>> members, Dictionary<string, int>? places) =>
        (_members, _places) = (members, places);

    public static ObjectValue Empty { get; } = new([], null);

    public int Count => _members.Length;

    public IEnumerable<string> Keys => _members.Select(member => member.Key);

    /// <summary>The later of two members with one name wins, in the place of the first.</summary>
    public static ObjectValue From(params IEnumerable<KeyValuePair<string, Value>> members) => TakeOver([.. members]);

    /// <inheritdoc cref="From(IEnumerable{KeyValuePair{string, Value}})"/>
    public static ObjectValue From(params ReadOnlySpan<KeyValuePair<string, Value>> members) => TakeOver(members.ToArray());

    private static ObjectValue TakeOver(KeyValuePair<string, Value>[] members)
    {
        var places = members.Length > MostUnindexed ? new Dictionary<string, int>(members.Length, StringComparer.Ordinal) : null;
        var count = 0;
        foreach (var (name, value) in members)
        {
            var place = PlaceOf(name, members.AsSpan(0, count), places);
            if (place < 0)
            {
                place = count++;
                places?.Add(name, place);
            }

            members[place] = new(name, value);
        }

        Array.Resize(ref members, count);
        return count == 0 ? Empty : new(ImmutableCollectionsMarshal.AsImmutableArray(members), places);
    }

    public bool TryGetValue(string name, out Value value)
    {
        var place = PlaceOf(name, _members.AsSpan(), _places);
        value = place < 0 ? default : _members[place].Value;
        return place >= 0;
    }

    /// <returns>-1 when there is no member of the name.</returns>
    private static int PlaceOf(string name, ReadOnlySpan<KeyValuePair<string, Value>> members, Dictionary<string, int>? places)
    {
        if (places is not null)
        {
            return places.TryGetValue(name, out var place) ? place : -1;
        }

        for (var i = 0; i < members.Length; i++)
        {
            if (members[i].Key == name)
            {
                return i;
            }
        }

        return -1;
    }

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

    public ImmutableArray<KeyValuePair<string, Value>>.Enumerator GetEnumerator() => _members.GetEnumerator();

    IEnumerator<KeyValuePair<string, Value>> IEnumerable<KeyValuePair<string, Value>>.GetEnumerator() =>
        _members.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _members.AsEnumerable().GetEnumerator();
}
