using System.Globalization;
using System.Text.Json;

namespace ScaiGrid.Flows.Language;

public enum ValueKind { Null, Bool, Number, String, Array, Object }

/// <summary>
/// An immutable JSON value: what expressions compute with, what a run's scope holds, what a journal stores. Durations are
/// numbers of seconds and dates are ISO 8601 strings, so that nothing changes its nature by being written and read back.
/// </summary>
/// <remarks>
/// A number is an exact <see cref="decimal"/>; one of 2⁹⁶ or more, or closer to 0 than 1e-9, is a <see cref="double"/>.
/// No number is both, so that equality is transitive; none is NaN or infinite.
/// <c>default</c> is <see cref="Null"/>.
/// </remarks>
public readonly struct Value : IEquatable<Value>
{
    private const double DecimalEnd = 79228162514264337593543950336d; // 2^96

    private static readonly object BoxedTrue = true, BoxedFalse = false;

    private readonly object? _raw; // null | bool | decimal | double | string | Value[] | ObjectValue

    private Value(object? raw) => _raw = raw;

    public static Value Null => default;

    public static Value True => new(BoxedTrue);

    public static Value False => new(BoxedFalse);

    public static Value EmptyArray { get; } = new(System.Array.Empty<Value>());

    public static Value EmptyObject { get; } = new(ObjectValue.Empty);

    public ValueKind Kind => _raw switch
    {
        null => ValueKind.Null,
        bool => ValueKind.Bool,
        string => ValueKind.String,
        decimal or double => ValueKind.Number,
        Value[] => ValueKind.Array,
        _ => ValueKind.Object,
    };

    public bool IsNull => _raw is null;

    /// <summary>False for <c>null</c>, <c>false</c>, <c>0</c>, <c>""</c>, <c>[]</c> and <c>{}</c>; true for all else.</summary>
    public bool IsTruthy => _raw switch
    {
        null => false,
        bool b => b,
        string s => s.Length > 0,
        decimal d => d != 0,
        double d => d != 0,
        Value[] a => a.Length > 0,
        ObjectValue o => o.Count > 0,
        _ => true,
    };

    public static implicit operator Value(bool value) => value ? True : False;

    public static implicit operator Value(int value) => new((decimal)value);

    public static implicit operator Value(long value) => new((decimal)value);

    public static implicit operator Value(decimal value) => value != 0 && Math.Abs(value) < 1e-9m ? new((double)value) : new(value);

    public static implicit operator Value(string? value) => new(value);

    public static implicit operator Value(ObjectValue value) => new(value);

    /// <summary>The exact decimal when the double has one; otherwise the double itself.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is NaN or infinite, which JSON cannot say.</exception>
    public static Value From(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A JSON number is finite.");
        }

        // The cast to decimal keeps 15 digits, the text of a double all that it has.
        return IsTiny(value) || Math.Abs(value) >= DecimalEnd
            ? new(value)
            : new(decimal.Parse(value.ToString("R", CultureInfo.InvariantCulture), NumberStyles.Float, CultureInfo.InvariantCulture));
    }

    /// <summary>A number as JSON writes it; false when it is none, or too large.</summary>
    internal static bool TryParseNumber(string text, out Value number)
    {
        number = default;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rounded) || !double.IsFinite(rounded))
        {
            return false;
        }

        number = !IsTiny(rounded) && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) ? new(exact) : From(rounded);
        return true;
    }

    /// <summary>A decimal counts in steps of 1e-28 and so has too few digits left for such a number.</summary>
    private static bool IsTiny(double value) => value != 0 && Math.Abs(value) < 1e-9;

    /// <summary>Takes the array over: the caller must not change it afterwards.</summary>
    public static Value Array(params Value[] items) => new(items);

    public static Value Object(params IEnumerable<KeyValuePair<string, Value>> members) => new(ObjectValue.From(members));

    public static Value Object(params ReadOnlySpan<KeyValuePair<string, Value>> members) => new(ObjectValue.From(members));

    public bool TryGetBool(out bool value)
    {
        value = _raw is true;
        return _raw is bool;
    }

    public bool TryGetString([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) =>
        (value = _raw as string) is not null;

    public bool TryGetArray(out ReadOnlySpan<Value> items)
    {
        items = _raw as Value[];
        return _raw is Value[];
    }

    public bool TryGetObject([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ObjectValue? value) =>
        (value = _raw as ObjectValue) is not null;

    /// <summary>The exact number; false for other kinds and for numbers that are doubles.</summary>
    public bool TryGetDecimal(out decimal value)
    {
        value = _raw is decimal d ? d : 0;
        return _raw is decimal;
    }

    /// <summary>The number, rounded to a double where it must be; false for other kinds.</summary>
    public bool TryGetDouble(out double value)
    {
        value = _raw switch { decimal d => (double)d, double d => d, _ => 0 };
        return _raw is decimal or double;
    }

    /// <summary>The string, or null when this is not one.</summary>
    public string? AsString() => _raw as string;

    /// <summary>The items, or none when this is not an array.</summary>
    public IReadOnlyList<Value> Items => _raw as Value[] ?? [];

    /// <summary>The members, or none when this is not an object.</summary>
    public ObjectValue Members => _raw as ObjectValue ?? ObjectValue.Empty;

    /// <summary>The member of that name; <see cref="Null"/> when there is none or this is not an object.</summary>
    public Value this[string name] => _raw is ObjectValue o && o.TryGetValue(name, out var value) ? value : default;

    public static bool operator ==(Value left, Value right) => left.Equals(right);

    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>Deep equality by JSON value: <c>1</c> equals <c>1.0</c>; the order of an object's members does not count.</summary>
    public bool Equals(Value other) => (_raw, other._raw) switch
    {
        (null, null) => true,
        (bool a, bool b) => a == b,
        (string a, string b) => a == b,
        (decimal a, decimal b) => a == b,
        (double a, double b) => a == b,
        (Value[] a, Value[] b) => a.AsSpan().SequenceEqual(b),
        (ObjectValue a, ObjectValue b) => a.Equals(b),
        _ => false,
    };

    /// <summary>Whether both are the same JSON text: the order of members counts, and <c>1</c> is not <c>1.0</c>.</summary>
    public bool IsWrittenLike(Value other) => ReferenceEquals(_raw, other._raw) || (Equals(other) && ToJson() == other.ToJson());

    public override bool Equals(object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => _raw switch
    {
        null => 0,
        decimal d => Mix(d),
        double d => d.GetHashCode(),
        Value[] items => items.Aggregate(items.Length, HashCode.Combine),
        _ => _raw.GetHashCode(),
    };

    /// <summary>Seeded anew in every process, so that nobody can send numbers that all collide.</summary>
    private static int Mix(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value / 1.0000000000000000000000000000m, bits); // drops trailing zeros: 1.00 equals 1
        return value == 0 ? 0 : HashCode.Combine(bits[0], bits[1], bits[2], bits[3]);
    }

    /// <exception cref="JsonException">A number is larger than any double, or a string holds half a character.</exception>
    public static Value FromJson(JsonElement element)
    {
        try
        {
            return Read(element);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw new JsonException("A string holds half of a surrogate pair, which is no character.", e);
        }
    }

    /// <exception cref="JsonException">The text is not JSON, nests deeper than 128, or is refused by <see cref="FromJson(JsonElement)"/>.</exception>
    public static Value FromJson(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
        return FromJson(document.RootElement);
    }

    private static Value Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => ReadNumber(element),
        JsonValueKind.Array => new(element.EnumerateArray().Select(Read).ToArray()),
        JsonValueKind.Object => Object(element.EnumerateObject().Select(m => KeyValuePair.Create(m.Name, Read(m.Value)))),
        _ => default,
    };

    private static Value ReadNumber(JsonElement element)
    {
        var rounded = element.GetDouble();
        if (!double.IsFinite(rounded))
        {
            throw new JsonException("A number is too large.");
        }

        return !IsTiny(rounded) && element.TryGetDecimal(out var exact) ? exact : From(rounded);
    }

    public void WriteTo(Utf8JsonWriter writer)
    {
        switch (_raw)
        {
            case null:
                writer.WriteNullValue();
                break;
            case bool b:
                writer.WriteBooleanValue(b);
                break;
            case string s:
                writer.WriteStringValue(s);
                break;
            case decimal d:
                writer.WriteNumberValue(d);
                break;
            case double d:
                writer.WriteNumberValue(d);
                break;
            case Value[] items:
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    item.WriteTo(writer);
                }

                writer.WriteEndArray();
                break;
            case ObjectValue members:
                members.WriteTo(writer);
                break;
        }
    }

    /// <summary>Compact JSON.</summary>
    public string ToJson() => Json.Write(this);

    /// <summary>As a template shows it: a string as it is, <c>null</c> as nothing, all else as compact JSON.</summary>
    public string ToText() => _raw switch
    {
        null => "",
        string s => s,
        bool b => b ? "true" : "false",
        decimal d => d.ToString(CultureInfo.InvariantCulture),
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        _ => ToJson(),
    };

    public override string ToString() => ToJson();
}
