namespace ScaiGrid.Flows.Language;

internal static class Nesting
{
    /// <summary>Whether more arrays and objects than that stand within each other.</summary>
    public static bool NestsDeeperThan(this Value value, int levels)
    {
        if (levels == 0)
        {
            return value.Kind is ValueKind.Array or ValueKind.Object;
        }

        if (value.TryGetArray(out var items))
        {
            foreach (var item in items)
            {
                if (item.NestsDeeperThan(levels - 1))
                {
                    return true;
                }
            }
        }

        foreach (var (_, member) in value.Members)
        {
            if (member.NestsDeeperThan(levels - 1))
            {
                return true;
            }
        }

        return false;
    }
}
