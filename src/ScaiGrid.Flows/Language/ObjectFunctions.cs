namespace ScaiGrid.Flows.Language;

internal static class ObjectFunctions
{
    /// <summary>True for null and for text, arrays and objects without content.</summary>
    public static bool IsEmpty(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = !self.IsTruthy;
        return true;
    }

    public static bool Length(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = self.Members.Count;
        return true;
    }

    public static bool Keys(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!frame.ReserveItems(call.At, self.Members.Count))
        {
            return false;
        }

        value = Value.Array([.. self.Members.Select(m => (Value)m.Key)]);
        return true;
    }

    public static bool Values(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!frame.ReserveItems(call.At, self.Members.Count))
        {
            return false;
        }

        value = Value.Array([.. self.Members.Select(m => m.Value)]);
        return true;
    }

    public static bool Has(ref Frame frame, CallSite call, Value self, Value first, Value second, out Value value)
    {
        value = default;
        if (!Arguments.TryText(ref frame, call.At, "has", first, out var name))
        {
            return false;
        }

        value = self.Members.TryGetValue(name, out _);
        return true;
    }
}
