namespace ScaiGrid.Flows.Language;

internal sealed class Not(int at, Node operand) : Node(at, operand)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        var succeeded = operand.TryEvaluate(ref frame, out value);
        value = !value.IsTruthy;
        return succeeded;
    }
}

internal sealed class Negate(int at, Node operand) : Node(at, operand)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        if (!operand.TryEvaluate(ref frame, out value))
        {
            return false;
        }

        if (value.TryGetDecimal(out var exact))
        {
            value = -exact;
            return true;
        }

        if (value.TryGetDouble(out var number))
        {
            value = Value.From(-number);
            return true;
        }

        return frame.Mismatch($"'-' needs a number, not {Kinds.Name(value)}.", At, out value);
    }
}

internal sealed class Arithmetic(int at, ArithmeticOperator operation, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!left.TryEvaluate(ref frame, out var a) || !right.TryEvaluate(ref frame, out var b) || !frame.Step(At))
        {
            return false;
        }

        if (a.Kind == ValueKind.Number && b.Kind == ValueKind.Number)
        {
            return Numbers.TryCompute(ref frame, At, operation, a, b, out value);
        }

        if (operation == ArithmeticOperator.Add && (a.Kind == ValueKind.String ? IsScalar(b) : b.Kind == ValueKind.String && IsScalar(a)))
        {
            return TryJoin(ref frame, a.ToText(), b.ToText(), out value);
        }

        return frame.Mismatch(operation == ArithmeticOperator.Add
            ? $"'+' adds numbers or joins text, not {Kinds.Name(a)} and {Kinds.Name(b)}."
            : $"'{Numbers.Sign(operation)}' needs two numbers, not {Kinds.Name(a)} and {Kinds.Name(b)}.", At, out value);
    }

    private bool TryJoin(ref Frame frame, string a, string b, out Value value)
    {
        if (!frame.ReserveText(At, (long)a.Length + b.Length))
        {
            value = default;
            return false;
        }

        value = a + b;
        return true;
    }

    private static bool IsScalar(Value value) => value.Kind is not (ValueKind.Array or ValueKind.Object);
}

internal sealed class Equal(int at, bool negated, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!left.TryEvaluate(ref frame, out var a) || !right.TryEvaluate(ref frame, out var b)
            || !Comparison.TryEqual(ref frame, At, a, b, out var equal))
        {
            return false;
        }

        value = equal != negated;
        return true;
    }
}

internal sealed class Ordering(int at, TokenKind operation, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!left.TryEvaluate(ref frame, out var a) || !right.TryEvaluate(ref frame, out var b))
        {
            return false;
        }

        if (!Comparison.IsOrdered(a, b))
        {
            return frame.Mismatch($"Only two numbers or two texts have an order, not {Kinds.Name(a)} and {Kinds.Name(b)}.", At, out value);
        }

        if (!Comparison.TryOrder(ref frame, At, a, b, out var order))
        {
            return false;
        }

        value = operation switch
        {
            TokenKind.Less => order < 0,
            TokenKind.LessOrEqual => order <= 0,
            TokenKind.Greater => order > 0,
            _ => order >= 0,
        };
        return true;
    }
}

/// <summary><c>a in b</c>: an item of an array, a member's name of an object, a part of a text; nothing is in null.</summary>
internal sealed class In(int at, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!left.TryEvaluate(ref frame, out var item) || !right.TryEvaluate(ref frame, out var container) || !frame.Step(At))
        {
            return false;
        }

        switch (container.Kind)
        {
            case ValueKind.Null:
                value = false;
                return true;
            case ValueKind.Array:
                return Comparison.TryContains(ref frame, At, container, item, out value);
            case ValueKind.Object when item.TryGetString(out var name):
                value = container.Members.TryGetValue(name, out _);
                return true;
            case ValueKind.String when item.TryGetString(out var part):
                var text = container.AsString()!;
                value = frame.Scan(At, text.Length + part.Length) && new Needle(part).IndexIn(text) >= 0;
                return frame.Fault is null;
            default:
                return frame.Mismatch($"'in' looks for an item in an array, or for text in text or an object, not for {Kinds.Name(item)} in {Kinds.Name(container)}.", At, out value);
        }
    }
}

/// <summary><c>&amp;&amp;</c> and <c>||</c>: a boolean by the truth of the operands; the right one is read only where it counts.</summary>
internal sealed class Logical(int at, bool isOr, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        if (!left.TryEvaluate(ref frame, out value))
        {
            return false;
        }

        if (value.IsTruthy != isOr && !right.TryEvaluate(ref frame, out value))
        {
            return false;
        }

        value = value.IsTruthy;
        return true;
    }
}

internal sealed class Coalesce(int at, Node left, Node right) : Node(at, left, right)
{
    public override bool TryEvaluate(ref Frame frame, out Value value) =>
        left.TryEvaluate(ref frame, out value) && (!value.IsNull || right.TryEvaluate(ref frame, out value));
}

internal sealed class Conditional(int at, Node condition, Node then, Node otherwise) : Node(at, condition, then, otherwise)
{
    public override bool TryEvaluate(ref Frame frame, out Value value) =>
        condition.TryEvaluate(ref frame, out value)
        && (value.IsTruthy ? then.TryEvaluate(ref frame, out value) : otherwise.TryEvaluate(ref frame, out value));
}
