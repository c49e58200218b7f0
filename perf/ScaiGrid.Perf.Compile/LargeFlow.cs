using ScaiGrid.Flows.Language;

namespace ScaiGrid.Perf.Compile;

/// <summary>
/// A flow as people draw them, only longer: one pattern of ten nodes again and again, with a model's turn, a decision whose
/// ways meet, a loop, a parallel block and a person's approval.
/// </summary>
internal sealed class LargeFlow
{
    private readonly List<Value> _nodes = [];
    private readonly List<Value> _edges = [];

    public static Value Of(int nodes)
    {
        var flow = new LargeFlow();
        flow.Add("entry", "entry_api", "{}");
        var last = ("entry", "out_request");
        for (var i = 0; flow._nodes.Count + 10 <= nodes; i++)
        {
            last = flow.Pattern(i, last);
        }

        while (flow._nodes.Count < nodes)
        {
            var id = $"end_{flow._nodes.Count}";
            flow.Add(id, "llm_rigid", """{"template": "End"}""");
            flow.Connect(last, id);
            last = (id, "out");
        }

        return Value.Object(
            new("id", "flow_large"), new("name", "Large"), new("version", "1.0.0"),
            new("nodes", Value.Array([.. flow._nodes])), new("edges", Value.Array([.. flow._edges])),
            new("config", Value.FromJson("""{"core_identity": {"models": [{"role": "primary", "ref": "scaigrid", "model": "openai/gpt-4o"}]}}""")));
    }

    private (string, string) Pattern(int i, (string, string) last)
    {
        Add($"read_{i}", "llm_flexible", $$$"""
            {"goal": "Read invoice {{{i}}} and find who sent it, what it costs and why.", "llm_role": "primary",
             "input_bindings": {"text": "{{input.text}}"},
             "output_schema": {"amount": "float", "vendor": "string", "kind": "enum[travel, meals, other]", "confidence": "float"},
             "constraints": {"never": ["guess"], "always": ["quote the vendor as printed"]}, "on_failure": {"parse_error": "retry(max = 2)"}}
            """);
        Add($"which_{i}", "logic_decision", """{"subject": "amount"}""");
        Add($"small_{i}", "data_variable_set", $$$"""{"assignments": {"verdict": "amount <= 100 ? 'small' : 'odd'", "note": "Small: {{read_{{{i}}}.vendor}}"}}""");
        Add($"ask_{i}", "checkpoint", $$$"""{"prompt": "Approve {{read_{{{i}}}.amount}} for {{read_{{{i}}}.vendor}}?", "options": ["approve", "reject"], "timeout": "2d"}""");
        Add($"each_{i}", "logic_loop", """{"collection": "input.lines", "item": "line"}""");
        Add($"line_{i}", "llm_rigid", """{"template": "{{line.text.trim}}: {{line.amount * 1.21}}"}""");
        Add($"both_{i}", "logic_parallel", "{}");
        Add($"left_{i}", "llm_rigid", """{"template": "Left of {{input.text.length}}"}""");
        Add($"right_{i}", "llm_rigid", """{"template": "Right of {{input.text.upper}}"}""");
        Add($"join_{i}", "llm_rigid", $$$"""{"template": "{{both_{{{i}}}.left_{{{i}}} }} {{both_{{{i}}}.right_{{{i}}} }}"}""");

        Connect(last, $"read_{i}");
        Connect(($"read_{i}", "out"), $"which_{i}");
        Connect(($"which_{i}", "out"), $"small_{i}", "amount <= 100 && kind != 'other'");
        Connect(($"which_{i}", "out"), $"ask_{i}");
        Connect(($"small_{i}", "out"), $"each_{i}");
        Connect(($"ask_{i}", "out"), $"each_{i}");
        Connect(($"each_{i}", "body"), $"line_{i}");
        Connect(($"each_{i}", "done"), $"both_{i}");
        Connect(($"both_{i}", "out"), $"left_{i}");
        Connect(($"both_{i}", "out"), $"right_{i}");
        Connect(($"left_{i}", "out"), $"join_{i}");
        Connect(($"right_{i}", "out"), $"join_{i}");
        return ($"join_{i}", "out");
    }

    private void Add(string id, string type, string config) => _nodes.Add(Value.Object(
        new("id", id), new("type", type), new("label", id), new("position", Value.Object(new("x", 0), new("y", _nodes.Count * 120))),
        new("config", Value.FromJson(config))));

    private void Connect((string Node, string Port) from, string to, string? condition = null)
    {
        var edge = Value.Object(
            new("id", $"edge_{_edges.Count}"), new("type", condition is null ? "sequential" : "conditional"),
            new("source", Value.Object(new("node", from.Node), new("port", from.Port))),
            new("target", Value.Object(new("node", to), new("port", "in"))));
        _edges.Add(condition is null ? edge : Value.Object(edge.Members.Append(new("condition", condition))));
    }
}
