using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Fuzz;

/// <summary>Changes a value in one place: something goes, comes twice, turns into something else, or is swapped with another part.</summary>
internal sealed class Mutation(Random random)
{
    private static readonly Value[] Strangers =
    [
        Value.Null, true, false, 0, 1, -1, 2.5m, 10_001, Value.From(1e300), "", "x", "true", "a b", "{{", "{{ x }}", "1 +", "entry_api", "llm_rigid", "logic_loop", "conditional", "in", "1.0.0",
        "\n", "👋", new string('x', 300), new string('é', 128), Value.EmptyArray, Value.EmptyObject, Value.Array(1, "x", Value.Null), Value.Object([new("id", "x"), new("type", "data")]),
    ];

    private static readonly string[] Names = ["id", "type", "config", "node", "port", "condition", "role", "model", "name", "x", "a b", "", "__proto__", "result_binding"];

    private int _target;
    private Value _other;

    public Value Of(Value value)
    {
        (_target, _other) = (random.Next(Count(value)), Pick(value, random.Next(Count(value))));
        var at = 0;
        return Change(value, ref at);
    }

    public Value Of(Value value, int times)
    {
        for (var i = 0; i < times; i++)
        {
            value = Of(value);
        }

        return value;
    }

    private static int Count(Value value) => 1 + value.Items.Sum(Count) + value.Members.Sum(member => Count(member.Value));

    private static Value Pick(Value value, int number)
    {
        foreach (var part in value.Items.Concat(value.Members.Select(member => member.Value)))
        {
            var count = Count(part);
            if (number <= count && number > 0)
            {
                return Pick(part, number - 1);
            }

            number -= count;
        }

        return value;
    }

    private Value Change(Value value, ref int at)
    {
        if (at++ == _target)
        {
            return Replace(value);
        }

        if (value.Kind == ValueKind.Array)
        {
            var items = new List<Value>();
            foreach (var item in value.Items)
            {
                var (isHere, changed) = (at == _target, Change(item, ref at));
                items.AddRange(!isHere ? [changed] : random.Next(5) switch { 0 => [], 1 => [item, item], 2 => [item, _other], _ => [changed] });
            }

            return Value.Array([.. items]);
        }

        if (value.Kind != ValueKind.Object)
        {
            return value;
        }

        var members = new List<KeyValuePair<string, Value>>();
        foreach (var (name, member) in value.Members)
        {
            var (isHere, changed) = (at == _target, Change(member, ref at));
            members.AddRange(!isHere ? [new(name, changed)] : random.Next(4) switch
            {
                0 => [],
                1 => [new(Names[random.Next(Names.Length)], member)],
                2 => [new(name, member), new(Names[random.Next(Names.Length)], _other)],
                _ => [new(name, changed)],
            });
        }

        return Value.Object(members);
    }

    private Value Replace(Value value) => random.Next(4) switch
    {
        0 => _other,
        1 when value.AsString() is { Length: > 0 } text => Damage(text),
        2 when value.TryGetDecimal(out var number) => number * random.Next(-2, 3),
        _ => Strangers[random.Next(Strangers.Length)],
    };

    /// <summary>Never within a character, which JSON could not write.</summary>
    private string Damage(string text)
    {
        var at = random.Next(text.Length);
        return char.IsSurrogate(text[at]) ? text + "x" : random.Next(3) switch
        {
            0 => text.Remove(at, 1),
            1 => text.Insert(at, "}{|&'\"(.\n\u0000é9"[random.Next(12)].ToString()),
            _ => text + text,
        };
    }
}
