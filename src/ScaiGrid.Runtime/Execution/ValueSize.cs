using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Execution;

/// <summary>How much a value is, without writing it out.</summary>
internal static class ValueSize
{
    private const int PerScalar = 8, PerItem = 2, PerMember = 4;

    /// <summary>About the characters of its JSON; <see cref="int.MaxValue"/> when it nests deeper than <paramref name="maxDepth"/>.</summary>
    public static int Of(Value value, int maxDepth = int.MaxValue)
    {
        var size = Count(value, maxDepth);
        return size < 0 ? int.MaxValue : (int)Math.Min(size, int.MaxValue - 1);
    }

    private static long Count(Value value, int depth)
    {
        if (value.AsString() is { } text)
        {
            return text.Length + 2;
        }

        if (value.TryGetArray(out var items))
        {
            return depth <= 0 ? -1 : CountItems(items, depth);
        }

        if (value.TryGetObject(out var members))
        {
            return depth <= 0 ? -1 : CountMembers(members, depth);
        }

        return PerScalar;
    }

    private static long CountItems(ReadOnlySpan<Value> items, int depth)
    {
        long size = 2;
        foreach (var item in items)
        {
            if (Count(item, depth - 1) is >= 0 and var more)
            {
                size += more + PerItem;
            }
            else
            {
                return -1;
            }
        }

        return size;
    }

    private static long CountMembers(ObjectValue members, int depth)
    {
        long size = 2;
        foreach (var (name, member) in members)
        {
            if (Count(member, depth - 1) is >= 0 and var more)
            {
                size += name.Length + more + PerMember;
            }
            else
            {
                return -1;
            }
        }

        return size;
    }
}
