namespace ScaiGrid.Flows.Language;

internal sealed class ArrayLiteral(int at, Node[] items) : Node(at, items)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!frame.ReserveItems(At, items.Length))
        {
            return false;
        }

        var values = new Value[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!items[i].TryEvaluate(ref frame, out values[i]))
            {
                return false;
            }
        }

        value = Value.Array(values);
        return true;
    }
}

internal sealed class ObjectLiteral(int at, string[] names, Node[] values) : Node(at, values)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!frame.ReserveItems(At, names.Length))
        {
            return false;
        }

        var members = new KeyValuePair<string, Value>[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            if (!values[i].TryEvaluate(ref frame, out var member))
            {
                return false;
            }

            members[i] = new(names[i], member);
        }

        value = Value.Object(members);
        return true;
    }
}

/// <summary>Text with parts that are evaluated: a string's <c>${…}</c>, a template's <c>{{…}}</c>.</summary>
internal sealed class Interpolation(int at, Node[] parts) : Node(at, parts)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        var texts = new string[parts.Length];
        var length = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            if (!parts[i].TryEvaluate(ref frame, out var part) || !frame.TryText(parts[i].At, part, out texts[i]))
            {
                return false;
            }

            length += texts[i].Length;
        }

        if (!frame.ReserveText(At, length))
        {
            return false;
        }

        value = string.Concat(texts);
        return true;
    }
}

internal sealed class Call(int at, Function function, Node self, Node? first, Node? second, Lambda? lambda)
    : Node(at, [self, first ?? self, second ?? self, lambda?.Body ?? self])
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!self.TryEvaluate(ref frame, out var owner))
        {
            return false;
        }

        if (owner.IsNull && function.OnNull is null)
        {
            return true;
        }

        Value a = default, b = default;
        if (first is not null && !first.TryEvaluate(ref frame, out a)
            || second is not null && !second.TryEvaluate(ref frame, out b)
            || !frame.Step(At))
        {
            return false;
        }

        return function.For(owner.Kind) is { } body
            ? body(ref frame, new(At, lambda), owner, a, b, out value)
            : frame.Mismatch($"'{function.Name}' works on {function.WorksOn}, not on {Kinds.Name(owner)}.", At, out value);
    }
}

internal sealed class Clock(int at) : Node(at)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        if (frame.Scope.Now is not { } now)
        {
            return frame.Fail(EvaluationFault.NoClock, "now() cannot be used here, for its answer would not be recorded.", At, out value);
        }

        value = Dates.Write(now);
        return true;
    }
}
