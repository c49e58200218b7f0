using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime.Tests.Flows;

/// <summary>
/// A flow drawn by chance: choices with and without an otherwise, ways that meet again, loops and parallel blocks within each
/// other. It has no errors, and what a run does depends on nothing but its input: <c>{b0: …, b9: …}</c>.
/// </summary>
internal sealed class RandomFlow
{
    private const int MostDepth = 3;

    private readonly Random _random;
    private readonly List<Value> _nodes = [];
    private readonly List<Value> _edges = [];
    private int _loops;

    private RandomFlow(int seed) => _random = new(seed);

    public static Value Draw(int seed)
    {
        var flow = new RandomFlow(seed);
        var entries = flow._random.Next(1, 3);
        for (var i = 0; i < entries; i++)
        {
            flow.Add($"start{i}", "entry_api", "{}");
        }

        var nodes = flow.Region(0, [], null);
        flow.Connect("start0", "out_request", nodes[0]);
        if (entries > 1)
        {
            flow.Choose("start1", "out_request", nodes, null, []);
        }

        return Value.Object(
            new("id", "flow_random"), new("name", $"Random {seed}"), new("version", "1.0.0"), new("note", flow.Noise()),
            new("nodes", Value.Array([.. flow._nodes])), new("edges", Value.Array([.. flow._edges])));
    }

    public static Value Input(int seed)
    {
        var random = new Random(seed);
        return Value.Object(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"b{i}", (Value)(random.Next(2) == 0))));
    }

    /// <summary>Nodes that only lead forward, the first of them the one to begin with.</summary>
    /// <param name="items">The names that loops around it give to their items.</param>
    /// <param name="exit">The node at which the branches around it meet; null when a region may end anywhere.</param>
    private List<string> Region(int depth, string[] items, string? exit)
    {
        var kinds = Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(depth < MostDepth ? 8 : 5)).ToArray();
        var ids = kinds.Select((kind, i) => $"n{_nodes.Count + i}").ToList();
        for (var i = 0; i < ids.Count; i++)
        {
            Add(ids[i], kinds[i] switch { < 3 => "llm_rigid", 3 or 4 => "logic_decision", 5 or 6 => "logic_loop", _ => "logic_parallel" }, Config(kinds[i]));
        }

        for (var i = 0; i < ids.Count; i++)
        {
            var later = ids.Skip(i + 1).ToList();
            switch (kinds[i])
            {
                case 5 or 6:
                    Loop(ids[i], depth, items);
                    Choose(ids[i], "done", later, exit, items);
                    break;
                case 7:
                    Parallel(ids[i], depth, items, later.Count > 0 && _random.Next(3) > 0 ? later[_random.Next(later.Count)] : exit);
                    break;
                default:
                    Choose(ids[i], "out", later, exit, items);
                    break;
            }
        }

        return ids;
    }

    private string Config(int kind) => kind switch
    {
        < 3 => """{"template": "x"}""",
        5 => $$"""{"collection": "[{{string.Join(", ", Enumerable.Range(0, _random.Next(4)))}}]", "item": "i{{++_loops}}"}""",
        6 => $$"""{"style": "while", "condition": "(c{{++_loops}} ?? 0) < {{_random.Next(3)}}", "max_iterations": {{_random.Next(1, 4)}}}""",
        7 => """{"max_concurrent": 1}""",
        _ => """{"subject": "chance"}""",
    };

    private void Loop(string id, int depth, string[] items)
    {
        var config = _nodes.Find(node => node["id"].AsString() == id)["config"];
        var item = config["item"].AsString();
        var body = Region(depth + 1, item is null ? items : [.. items, item], null);
        if (config["condition"].AsString() is { } condition)
        {
            var counter = condition[1..condition.IndexOf(' ')];
            var count = $"n{_nodes.Count}";
            Add(count, "data_variable_set", $$"""{"assignments": {"{{counter}}": "({{counter}} ?? 0) + 1"} }""");
            Connect(count, "out", body[0]);
            body.Insert(0, count);
            Connect(id, "body", count);
        }
        else
        {
            Choose(id, "body", body, body[0], [item!]);
        }
    }

    /// <summary>A branch alone meets nobody.</summary>
    private void Parallel(string id, int depth, string[] items, string? join)
    {
        for (var branch = _random.Next(join is null ? 1 : 2, 4); branch > 0; branch--)
        {
            Connect(id, "out", Region(depth + 1, items, join)[0]);
        }
    }

    /// <summary>Up to three conditional edges, and mostly one without a condition: always, where branches have to meet.</summary>
    private void Choose(string id, string port, List<string> later, string? exit, string[] items)
    {
        for (var i = later.Count == 0 ? 0 : _random.Next(4); i > 0; i--)
        {
            Connect(id, port, later[_random.Next(later.Count)], Condition(items));
        }

        if (exit is not null || (later.Count > 0 && _random.Next(8) > 0))
        {
            Connect(id, port, later.Count > 0 && (exit is null || _random.Next(4) > 0) ? later[_random.Next(later.Count)] : exit!);
        }
    }

    private string Condition(string[] items) => items.Length > 0 && _random.Next(3) == 0
        ? $"{items[_random.Next(items.Length)]} > {_random.Next(3)}"
        : _random.Next(10) == 0 ? "true" : $"input.b{_random.Next(10)}";

    private void Add(string id, string type, string config) => _nodes.Add(Value.Object(
        new("id", id), new("type", type), new("label", id), new("config", Value.FromJson(config)),
        new("position", Value.Object(new("x", _random.Next(1000) / 8m), new("y", _random.Next(1000))))));

    private void Connect(string from, string port, string to, string? condition = null)
    {
        var edge = Value.Object(
            new("id", $"e{_edges.Count}"), new("type", condition is null ? "sequential" : "conditional"),
            new("source", Value.Object(new("node", from), new("port", port))),
            new("target", Value.Object(new("node", to), new("port", "in"))));
        _edges.Add(condition is null ? edge : Value.Object(edge.Members.Append(new("condition", condition))));
    }

    /// <summary>Something that no schema knows.</summary>
    private Value Noise() => _random.Next(6) switch
    {
        0 => Value.Null,
        1 => _random.Next() / 1000m,
        2 => "näïve: \"text\"\n  - #not yaml\t\u2028 🌍 ",
        3 => Value.Array(true, "~", "1e3", "0x10", "null", ""),
        4 => Value.Object(new("a b", Noise()), new("", Noise())),
        _ => Value.From(_random.NextDouble() * 1e40),
    };
}
