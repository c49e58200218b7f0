namespace ScaiGrid.Flows.Language;

/// <summary>A part of a compiled expression. Immutable; false from an evaluation means that the frame holds a fault.</summary>
internal abstract class Node
{
    protected Node(int at, params ReadOnlySpan<Node> children)
    {
        At = at;
        foreach (var child in children)
        {
            Depth = Math.Max(Depth, child.Depth + 1);
        }
    }

    /// <summary>The offset that a fault of this node names.</summary>
    public int At { get; }

    /// <summary>Nodes below this one, which is how deep evaluation recurses.</summary>
    public int Depth { get; }

    public abstract bool TryEvaluate(ref Frame frame, out Value value);
}

internal sealed class Literal(int at, Value literal) : Node(at)
{
    public Value Value => literal;

    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = literal;
        return true;
    }
}

/// <summary>A literal that an author put into a hole, which tells the template from one without holes.</summary>
internal sealed class Constant(int at, Value constant) : Node(at)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = constant;
        return true;
    }
}

internal sealed class Name(int at, string name) : Node(at)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        if (!frame.Scope.TryResolve(name, out value))
        {
            value = default;
        }

        return true;
    }
}

/// <summary>The parameter of a lambda around this node.</summary>
internal sealed class Local(int at, int slot) : Node(at)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = frame.Locals[slot];
        return true;
    }
}

/// <summary>An argument such as <c>x => x.amount</c>; no value, for only the function it is given to can call it.</summary>
internal sealed class Lambda(int slot, Node body)
{
    public Node Body => body;

    public bool TryInvoke(ref Frame frame, Value argument, out Value value)
    {
        frame.Locals[slot] = argument;
        value = default;
        return frame.Step(body.At) && body.TryEvaluate(ref frame, out value);
    }
}

internal sealed class Member(int at, Node target, string name, Function? property) : Node(at, target)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        if (!target.TryEvaluate(ref frame, out var owner) || !frame.Step(At))
        {
            value = default;
            return false;
        }

        if (owner.TryGetObject(out var members) && members.TryGetValue(name, out value))
        {
            return true;
        }

        if (property?.For(owner.Kind) is { } body)
        {
            return body(ref frame, new(At, null), owner, default, default, out value);
        }

        value = default;
        return owner.Kind switch
        {
            ValueKind.Null or ValueKind.Object => true,
            ValueKind.Array => frame.Mismatch($"An array has no member '{name}'; '.map(x => x.{name})' reads it from every item.", At, out value),
            _ => frame.Mismatch($"{Kinds.Capitalized(owner)} has no member '{name}'.", At, out value),
        };
    }
}

/// <summary><c>a[i]</c>: an item by its place, from the end when negative, or a member by its name.</summary>
internal sealed class Index(int at, Node target, Node key) : Node(at, target, key)
{
    public override bool TryEvaluate(ref Frame frame, out Value value)
    {
        value = default;
        if (!target.TryEvaluate(ref frame, out var owner) || !key.TryEvaluate(ref frame, out var place) || !frame.Step(At))
        {
            return false;
        }

        if (owner.IsNull)
        {
            return true;
        }

        if (owner.TryGetObject(out var members) && place.TryGetString(out var name))
        {
            members.TryGetValue(name, out value);
            return true;
        }

        if (owner.TryGetArray(out var items) && place.TryGetDecimal(out var number) && decimal.IsInteger(number))
        {
            number = number < 0 ? number + items.Length : number;
            value = number >= 0 && number < items.Length ? items[(int)number] : default;
            return true;
        }

        return frame.Mismatch(owner.Kind switch
        {
            ValueKind.Array => $"An array is indexed by a whole number, not by {Kinds.Name(place)}.",
            ValueKind.Object => $"An object is indexed by text, not by {Kinds.Name(place)}.",
            _ => $"{Kinds.Capitalized(owner)} cannot be indexed.",
        }, At, out value);
    }
}
