namespace ScaiGrid.Flows.Language;

/// <summary>Equality and order of values, paid for by what is looked at.</summary>
internal static class Comparison
{
    public static bool TryEqual(ref Frame frame, int at, Value a, Value b, out bool equal)
    {
        equal = false;
        if (!frame.Step(at))
        {
            return false;
        }

        if (a.TryGetString(out var s) && b.TryGetString(out var t))
        {
            equal = s == t;
            return s.Length != t.Length || frame.Scan(at, s.Length);
        }

        if (a.TryGetArray(out var left) && b.TryGetArray(out var right))
        {
            return TryEqualItems(ref frame, at, left, right, out equal);
        }

        if (a.TryGetObject(out var ours) && b.TryGetObject(out var theirs))
        {
            return TryEqualMembers(ref frame, at, ours, theirs, out equal);
        }

        equal = a == b;
        return true;
    }

    private static bool TryEqualItems(ref Frame frame, int at, ReadOnlySpan<Value> left, ReadOnlySpan<Value> right, out bool equal)
    {
        equal = left.Length == right.Length;
        for (var i = 0; equal && i < left.Length; i++)
        {
            if (!TryEqual(ref frame, at, left[i], right[i], out equal))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryEqualMembers(ref Frame frame, int at, ObjectValue left, ObjectValue right, out bool equal)
    {
        equal = left.Count == right.Count;
        if (!equal)
        {
            return true;
        }

        foreach (var (name, member) in left)
        {
            if (!right.TryGetValue(name, out var other))
            {
                equal = false;
                return true;
            }

            if (!TryEqual(ref frame, at, member, other, out equal))
            {
                return false;
            }

            if (!equal)
            {
                return true;
            }
        }

        return true;
    }

    public static bool TryContains(ref Frame frame, int at, Value array, Value item, out Value found)
    {
        found = false;
        array.TryGetArray(out var items);
        foreach (var candidate in items)
        {
            if (!TryEqual(ref frame, at, candidate, item, out var equal))
            {
                return false;
            }

            if (equal)
            {
                found = true;
                return true;
            }
        }

        return true;
    }

    public static bool IsOrdered(Value a, Value b) => a.Kind == b.Kind && a.Kind is ValueKind.Number or ValueKind.String;

    /// <summary>The order of two numbers or of two texts, which are compared by UTF-16 unit.</summary>
    public static bool TryOrder(ref Frame frame, int at, Value a, Value b, out int order)
    {
        order = Order(a, b);
        return frame.Scan(at, a.TryGetString(out var s) && b.TryGetString(out var t) ? Math.Min(s.Length, t.Length) : 0);
    }

    public static int Order(Value a, Value b)
    {
        if (a.TryGetDecimal(out var x) && b.TryGetDecimal(out var y))
        {
            return x.CompareTo(y);
        }

        if (a.TryGetDouble(out var v) && b.TryGetDouble(out var w))
        {
            // A huge double is beyond every decimal, even one that rounds to it.
            return v.CompareTo(w) is not 0 and var order ? order : Math.Sign(a.TryGetDecimal(out _) ? -w : b.TryGetDecimal(out _) ? v : 0);
        }

        return string.CompareOrdinal(a.AsString(), b.AsString());
    }
}
