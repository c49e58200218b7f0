using System.Text;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>The form <c>scai</c>: what a flow does, from top to bottom, to be read by people and by nothing else.</summary>
public static class FlowText
{
    private static readonly string[] NotSaid = ["id", "result", "next", "meta", "steps", "branches"];

    public static string Write(CompiledFlow flow)
    {
        var core = flow.Manifest.Source["core"];
        var text = new Page();
        text.Open($"@core {flow.Manifest.Name}");
        text.Line($"version = {((Value)flow.Graph.Version).ToJson()}");
        foreach (var name in (string[])["description", "mode", "entity_key", "identity", "scaiqueue"])
        {
            text.Member(name, core[name]);
        }

        WriteNamed(text, "@models", core["scaiflow_meta"]["models"], model => (model["role"], $"{model["ref"].ToText()}/{model["model"].ToText()}"));
        WriteNamed(text, "@plugins", core["plugins"], plugin => (plugin["alias"], plugin["endpoint"].ToText()));
        WriteNamed(text, "@memory", core["variables"], variable => (variable["name"],
            variable["type"].ToText() + (variable["default"].IsNull ? "" : $" = {variable["default"].ToJson()}")));
        text.Close();
        foreach (var each in core["flows"].Items)
        {
            text.Line("");
            text.Open($"@flow {each["name"].ToText()} on {Trigger(each["trigger"])}");
            WriteSteps(text, each["steps"]);
            text.Close();
        }

        return text.ToString();
    }

    private static string Trigger(Value trigger) => string.Join(' ', trigger.Members
        .Where(member => member.Key is "type" or "method" or "path" or "cron" or "timezone").Select(member => member.Value.ToText()));

    private static void WriteNamed(Page text, string block, Value list, Func<Value, (Value Name, string Says)> named)
    {
        if (list.Items.Count == 0)
        {
            return;
        }

        text.Open(block);
        foreach (var item in list.Items)
        {
            var (name, says) = named(item);
            text.Line($"{name.ToText()}: {says}");
        }

        text.Close();
    }

    private static void WriteSteps(Page text, Value steps)
    {
        foreach (var step in steps.Items)
        {
            WriteStep(text, step);
            if (step.Members.TryGetValue("next", out var next))
            {
                text.Line(step["decision"].IsNull ? $"=> {Place(next)}" : $"else => {Place(next)}");
            }
        }
    }

    private static void WriteStep(Page text, Value step)
    {
        var binding = step["decision"].IsNull ? $"{(step["result"].IsNull ? step["id"] : step["result"]).ToText()} = " : "";
        var keyword = step.Members.Keys.First(Manifests.StepKinds.IsKeyword);
        text.Open($"{step["id"].ToText()}: {binding}@{keyword}");
        foreach (var (name, value) in step.Members.Where(member => !NotSaid.Contains(member.Key)))
        {
            if (name != keyword || value.Kind == ValueKind.String)
            {
                text.Member(name == keyword ? "text" : name, value);
            }
        }

        foreach (var (name, value) in step[keyword].Members.Where(member => !NotSaid.Contains(member.Key)))
        {
            text.Member(name, value);
        }

        foreach (var branch in keyword == "decision" ? step[keyword].Items : [])
        {
            text.Line($"{branch["when"].ToText()} => {Place(branch["next"])}");
        }

        WriteSteps(text, step[keyword]["steps"]);
        foreach (var branch in step[keyword]["branches"].Items)
        {
            text.Open($"branch {branch["name"].ToText()}");
            WriteSteps(text, branch["steps"]);
            text.Close();
        }

        text.Close();
    }

    private static string Place(Value next) => next.AsString() ?? "end";

    private sealed class Page
    {
        private readonly StringBuilder _text = new();
        private int _depth;

        public void Open(string head)
        {
            Line($"{head} {{");
            _depth++;
        }

        public void Close()
        {
            _depth--;
            Line("}");
        }

        public void Member(string name, Value value)
        {
            if (!value.IsNull)
            {
                Line($"{name} = {value.ToJson()}");
            }
        }

        public void Line(string line) => _ = line.Length == 0 ? _text.Append('\n') : _text.Append(' ', _depth * 2).Append(line).Append('\n');

        public override string ToString() => _text.ToString();
    }
}
