namespace ScaiGrid.Flows.Language;

/// <summary>Functions of arrays that take a lambda; where it may be left out, the item itself stands for its result.</summary>
internal static class LambdaFunctions
{
    public static bool Map(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!TryProject(ref frame, call, self, out var mapped))
        {
            return false;
        }

        value = Value.Array(mapped);
        return true;
    }

    public static bool Filter(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        self.TryGetArray(out var items);
        var kept = new List<Value>();
        foreach (var item in items)
        {
            if (!TryInvoke(ref frame, call, item, out var result))
            {
                return false;
            }

            if (result.IsTruthy)
            {
                kept.Add(item);
            }
        }

        value = Value.Array([.. kept]);
        return frame.ReserveItems(call.At, kept.Count);
    }

    public static bool All(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        var succeeded = TryFind(ref frame, call, self, wanted: false, out var found);
        value = !found;
        return succeeded;
    }

    public static bool Any(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        var succeeded = TryFind(ref frame, call, self, wanted: true, out var found);
        value = found;
        return succeeded;
    }

    /// <summary>The items for which the lambda is true; without one, all items.</summary>
    public static bool Count(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        self.TryGetArray(out var items);
        value = items.Length;
        if (call.Lambda is null)
        {
            return true;
        }

        var count = 0;
        foreach (var item in items)
        {
            if (!TryInvoke(ref frame, call, item, out var result))
            {
                return false;
            }

            count += result.IsTruthy ? 1 : 0;
        }

        value = count;
        return true;
    }

    public static bool Sum(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = 0;
        self.TryGetArray(out var items);
        foreach (var item in items)
        {
            if (!TryInvoke(ref frame, call, item, out var term))
            {
                return false;
            }

            if (term.Kind != ValueKind.Number)
            {
                return frame.Mismatch($"'sum' adds numbers, not {Kinds.Name(term)}.", call.At, out value);
            }

            if (!Numbers.TryCompute(ref frame, call.At, ArithmeticOperator.Add, value, term, out value))
            {
                return false;
            }
        }

        return true;
    }

    public static bool Min(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryExtreme(ref frame, call, self, "min", -1, out value);

    public static bool Max(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value) =>
        TryExtreme(ref frame, call, self, "max", 1, out value);

    /// <summary>Ascending by the lambda's result, stable; items without one, whose result is null, come last.</summary>
    public static bool SortBy(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!TryProject(ref frame, call, self, out var keys) || !TryPayForSort(ref frame, call.At, keys, out value))
        {
            return false;
        }

        var order = new int[keys.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        order.AsSpan().Sort((a, b) => (keys[a].IsNull, keys[b].IsNull) switch
        {
            (false, false) when Comparison.Order(keys[a], keys[b]) is not 0 and var difference => difference,
            (true, false) => 1,
            (false, true) => -1,
            _ => a - b,
        });
        self.TryGetArray(out var items);
        var sorted = new Value[items.Length];
        for (var i = 0; i < sorted.Length; i++)
        {
            sorted[i] = items[order[i]];
        }

        value = Value.Array(sorted);
        return true;
    }

    private static bool TryPayForSort(ref Frame frame, int at, Value[] keys, out Value value)
    {
        value = default;
        var characters = 0L;
        Value sample = default;
        foreach (var key in keys)
        {
            sample = sample.IsNull ? key : sample;
            if (!key.IsNull && !Comparison.IsOrdered(sample, key))
            {
                return frame.Mismatch($"'sort_by' needs numbers only or texts only, not {Kinds.Name(sample)} and {Kinds.Name(key)}.", at, out value);
            }

            characters += key.AsString()?.Length ?? 0;
        }

        var rounds = 1 + (int)Math.Log2(keys.Length + 1);
        return frame.Scan(at, (keys.Length * 16L + characters) * rounds);
    }

    private static bool TryExtreme(ref Frame frame, CallSite call, Value self, string name, int wanted, out Value value)
    {
        value = default;
        self.TryGetArray(out var items);
        foreach (var item in items)
        {
            if (!TryInvoke(ref frame, call, item, out var candidate))
            {
                return false;
            }

            if (!Comparison.IsOrdered(value.IsNull ? candidate : value, candidate))
            {
                return frame.Mismatch($"'{name}' needs numbers only or texts only, not {Kinds.Name(candidate)}.", call.At, out value);
            }

            var order = wanted;
            if (!value.IsNull && !Comparison.TryOrder(ref frame, call.At, candidate, value, out order))
            {
                return false;
            }

            value = Math.Sign(order) == wanted ? candidate : value;
        }

        return true;
    }

    private static bool TryFind(ref Frame frame, CallSite call, Value self, bool wanted, out bool found)
    {
        found = false;
        self.TryGetArray(out var items);
        foreach (var item in items)
        {
            if (!TryInvoke(ref frame, call, item, out var result))
            {
                return false;
            }

            if (result.IsTruthy == wanted)
            {
                found = true;
                return true;
            }
        }

        return true;
    }

    private static bool TryProject(ref Frame frame, CallSite call, Value self, out Value[] results)
    {
        results = [];
        self.TryGetArray(out var items);
        if (!frame.ReserveItems(call.At, items.Length))
        {
            return false;
        }

        results = new Value[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!TryInvoke(ref frame, call, items[i], out results[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryInvoke(ref Frame frame, CallSite call, Value item, out Value result)
    {
        if (call.Lambda is { } lambda)
        {
            return lambda.TryInvoke(ref frame, item, out result);
        }

        result = item;
        return frame.Step(call.At);
    }
}
