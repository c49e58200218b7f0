namespace ScaiGrid.Flows.Language;

internal static class ArrayFunctions
{
    public static bool Length(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = self.Items.Count;
        return true;
    }

    public static bool First(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        self.TryGetArray(out var items);
        value = items.Length > 0 ? items[0] : default;
        return true;
    }

    public static bool Last(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        self.TryGetArray(out var items);
        value = items.Length > 0 ? items[^1] : default;
        return true;
    }

    public static bool Contains(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        return Comparison.TryContains(ref frame, call.At, self, first, out value);
    }

    public static bool Slice(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        self.TryGetArray(out var items);
        if (!Arguments.TrySlice(ref frame, call.At, first, second, items.Length, out var from, out var to) || !frame.ReserveItems(call.At, to - from))
        {
            return false;
        }

        value = Value.Array(items[from..to].ToArray());
        return true;
    }

    /// <summary>The text of every item, with a separator between them: <c>", "</c> unless another is given.</summary>
    public static bool Join(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        var separator = ", ";
        if (!first.IsNull && !Arguments.TryText(ref frame, call.At, "join", first, out separator))
        {
            return false;
        }

        self.TryGetArray(out var items);
        if (!frame.Step(call.At, items.Length))
        {
            return false;
        }

        var texts = new string[items.Length];
        var length = (long)separator.Length * items.Length;
        for (var i = 0; i < items.Length; i++)
        {
            if (!frame.TryText(call.At, items[i], out texts[i]))
            {
                return false;
            }

            length += texts[i].Length;
        }

        value = default;
        if (!frame.ReserveText(call.At, length))
        {
            return false;
        }

        value = string.Join(separator, texts);
        return true;
    }

    /// <summary>Every item once, in the order of first occurrence.</summary>
    public static bool Unique(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        self.TryGetArray(out var items);
        if (!frame.TryMeasure(call.At, self, out var size) || !frame.Scan(call.At, size) || !frame.ReserveItems(call.At, items.Length))
        {
            return false;
        }

        var seen = new HashSet<Value>(items.Length);
        var unique = new List<Value>(items.Length);
        foreach (var item in items)
        {
            if (seen.Add(item))
            {
                unique.Add(item);
            }
        }

        value = Value.Array([.. unique]);
        return true;
    }

    /// <summary>The items of the arrays in the array; other items stay as they are.</summary>
    public static bool Flatten(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        self.TryGetArray(out var items);
        var count = 0L;
        foreach (var item in items)
        {
            count += item.TryGetArray(out var inner) ? inner.Length : 1;
        }

        if (!frame.Step(call.At, items.Length) || !frame.ReserveItems(call.At, count))
        {
            return false;
        }

        var flat = new List<Value>((int)count);
        foreach (var item in items)
        {
            if (item.TryGetArray(out var inner))
            {
                flat.AddRange(inner);
            }
            else
            {
                flat.Add(item);
            }
        }

        value = Value.Array([.. flat]);
        return true;
    }
}
