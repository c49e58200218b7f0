namespace ScaiGrid.Flows.Language;

/// <summary>One evaluation: what it reads, what is left of its limits, and the fault that ends it. Lives on the stack.</summary>
internal ref struct Frame(Scope scope, Limits limits, string text, int locals)
{
    private const int CharactersPerStep = 256;
    private const int CharactersPerItem = 16;

    private int _steps = limits.Steps;
    private long _size = limits.Size;

    public readonly Scope Scope = scope;

    /// <summary>The parameters of the lambdas around the current node, outermost first.</summary>
    public readonly Value[] Locals = locals == 0 ? [] : new Value[locals];

    /// <summary>The text that offsets point into.</summary>
    public string Text = text;

    public EvaluationFault? Fault;

    /// <summary>An array or object was made, so that the result must be measured; one that was only read was measured before.</summary>
    public bool HasBuilt { get; private set; }

    /// <summary>Evaluates a whole expression and measures what it built.</summary>
    public Evaluation Run(Node root) =>
        root.TryEvaluate(ref this, out var value) && (!HasBuilt || value.Kind < ValueKind.Array || TryMeasure(root.At, value, out _))
            ? value
            : Fault!;

    public bool Step(int at, long count = 1)
    {
        if (count <= _steps)
        {
            _steps -= (int)count;
            return true;
        }

        return Fail(EvaluationFault.LimitSteps, $"The evaluation takes more than {limits.Steps} steps.", at);
    }

    /// <summary>Pays for looking at so many characters.</summary>
    public bool Scan(int at, long characters) => Step(at, 1 + characters / CharactersPerStep);

    /// <summary>Pays for a text before it is made.</summary>
    public bool ReserveText(int at, long characters) => Reserve(at, characters) && Scan(at, characters);

    /// <summary>Pays for the items of an array or object before it is made.</summary>
    public bool ReserveItems(int at, long count)
    {
        HasBuilt = true;
        return Reserve(at, count * CharactersPerItem) && Step(at, 1 + count / CharactersPerItem);
    }

    private bool Reserve(int at, long size)
    {
        if (size <= _size)
        {
            _size -= size;
            return true;
        }

        return Fail(EvaluationFault.LimitSize, $"The evaluation builds more than {limits.Size} characters.", at);
    }

    /// <summary>The text of a value, paid for.</summary>
    public bool TryText(int at, Value value, out string text)
    {
        text = "";
        if (value.Kind is ValueKind.Array or ValueKind.Object)
        {
            if (!TryMeasure(at, value, out var size) || !ReserveText(at, size))
            {
                return false;
            }
        }

        text = value.ToText();
        return true;
    }

    /// <summary>
    /// The size of a value written out, in characters or a little less. The same item may stand in many places, so that a
    /// value that took few steps to build can be too large to write.
    /// </summary>
    public bool TryMeasure(int at, Value value, out long size)
    {
        size = 0;
        return Measure(ref this, at, value, limits, limits.ValueDepth, ref size);
    }

    private static bool Measure(ref Frame frame, int at, Value value, Limits limits, int depth, ref long size)
    {
        switch (value.Kind)
        {
            case ValueKind.String:
                size += value.AsString()!.Length;
                break;
            case ValueKind.Array or ValueKind.Object when depth == 0:
                return frame.Fail(EvaluationFault.LimitDepth, $"The value nests deeper than {limits.ValueDepth}.", at);
            case ValueKind.Array or ValueKind.Object when !frame.Step(at, 1 + (value.Items.Count + value.Members.Count) / CharactersPerItem):
                return false;
            case ValueKind.Array:
                value.TryGetArray(out var items);
                foreach (var item in items)
                {
                    if (!Measure(ref frame, at, item, limits, depth - 1, ref size))
                    {
                        return false;
                    }
                }

                break;
            case ValueKind.Object:
                foreach (var (name, member) in value.Members)
                {
                    size += name.Length;
                    if (!Measure(ref frame, at, member, limits, depth - 1, ref size))
                    {
                        return false;
                    }
                }

                break;
        }

        size += CharactersPerItem;
        return size <= limits.Size || frame.Fail(EvaluationFault.LimitSize, $"The value is larger than {limits.Size} characters.", at);
    }

    /// <summary>Always false, so that a caller can return it.</summary>
    public bool Fail(string code, string message, int at)
    {
        Fault ??= new(code, message, Position.Of(Text, at));
        return false;
    }

    public bool Fail(string code, string message, int at, out Value value)
    {
        value = default;
        return Fail(code, message, at);
    }

    public bool Mismatch(string message, int at, out Value value) => Fail(EvaluationFault.TypeMismatch, message, at, out value);
}
