using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>What a step of each keyword is as a node: the other direction of <see cref="NodeBodies"/>.</summary>
internal static class StepNodes
{
    private static readonly (string Member, string Setting)[] Renamed =
    [
        ("llm_turn", "goal"), ("role", "llm_role"), ("output", "output_schema"), ("input", "input_bindings"), ("context", "context_bindings"),
        ("rigid", "template"), ("set", "assignments"), ("in", "collection"), ("as", "item"), ("when", "condition"),
    ];

    private static readonly string[] NotSettings = ["id", "result", "next", "meta", "steps", "branches", "guarded"];

    /// <summary>One keyword, and its body is of the kind that it says.</summary>
    public static bool IsKnown(Value step)
    {
        var keywords = step.Members.Keys.Where(StepKinds.IsKeyword).Take(2).ToArray();
        return keywords is [var keyword] && step[keyword].Kind == keyword switch
        {
            "llm_turn" or "rigid" => ValueKind.String,
            "decision" => ValueKind.Array,
            _ => ValueKind.Object,
        };
    }

    public static string KindOf(Value step) => step.Members.Keys.First(StepKinds.IsKeyword) switch
    {
        "llm_turn" when step["guarded"].IsTruthy || !step["guard"].IsNull || !step["validate"].IsNull || !step["on_validation_failure"].IsNull =>
            "llm_guarded",
        "llm_turn" => "llm_flexible",
        "rigid" => "llm_rigid",
        "set" => "data_variable_set",
        "decision" => "logic_decision",
        "foreach" or "while" => "logic_loop",
        "parallel" => "logic_parallel",
        "plugin_call" => "tool_plugin",
        "http_call" => "tool_http",
        "checkpoint" when !step["checkpoint"]["queue"].IsNull => "hitl_review",
        "core_call" => "subflow_call",
        var same => same,
    };

    /// <summary>Every member of the step, under the name that the setting has; those without one keep theirs.</summary>
    public static Value ConfigOf(Value step, string kind)
    {
        var config = new Members();
        if (kind == "logic_loop")
        {
            config.Add("style", step["while"].IsNull ? "foreach" : "while");
        }

        foreach (var (name, value) in step.Members.Where(member => !NotSettings.Contains(member.Key)))
        {
            if (name is "foreach" or "while" or "parallel" or "plugin_call" or "http_call" or "checkpoint" or "queue_publish" or "queue_consume" or "core_call")
            {
                foreach (var (setting, given) in value.Members.Where(member => !NotSettings.Contains(member.Key)))
                {
                    config.Add(Setting(setting, name), given);
                }
            }
            else if (name != "decision")
            {
                config.Add(Setting(name, name), value);
            }
        }

        return config.ToValue();
    }

    /// <summary>Only a step of a Core and a model renames its <c>input</c>, only a loop its <c>when</c>: keywords tell them apart.</summary>
    private static string Setting(string member, string keyword)
    {
        if (keyword is "plugin_call" or "http_call" or "checkpoint" or "queue_publish" or "queue_consume")
        {
            return member;
        }

        foreach (var (name, setting) in Renamed)
        {
            if (name == member)
            {
                return setting;
            }
        }

        return member;
    }
}
