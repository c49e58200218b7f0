using System.Text.RegularExpressions;
using ScaiGrid.Flows.Graph;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Compile;

/// <summary>Lists of steps.</summary>
internal sealed partial class ManifestDrawing
{
    /// <param name="place">Where the list stands in the manifest, to name a step that is not drawn.</param>
    /// <param name="path">Where it stands in its flow, which the ids of steps without one are made of.</param>
    /// <param name="after">The node that a run comes to when the list ends; null for none.</param>
    /// <returns>The node that a run comes to first; <paramref name="after"/> when nothing of the list can be drawn.</returns>
    private string? DrawList(Value list, string place, string path, string? after)
    {
        var ids = new string?[list.Items.Count];
        var byStepId = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < ids.Length; i++)
        {
            if (StepNodes.IsKnown(list.Items[i]))
            {
                ids[i] = Unique(StepId(list.Items[i], $"{path}[{i}]"));
            }
            else
            {
                _unknown.Add(($"{place}[{i}]", list.Items[i]));
            }

            if (list.Items[i]["id"].AsString() is { } given)
            {
                byStepId.TryAdd(given, i);
            }
        }

        // By place in the list: the node that a run comes to there, for a step that is not drawn is passed over.
        var from = new string?[ids.Length + 1];
        from[^1] = after;
        for (var i = ids.Length - 1; i >= 0; i--)
        {
            from[i] = ids[i] ?? from[i + 1];
        }

        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] is { } id)
            {
                DrawStep(id, list.Items[i], $"{place}[{i}]", $"{path}[{i}]", To);
            }

            string? To(Value step) => !step.Members.TryGetValue("next", out var next) ? from[i + 1]
                : next.AsString() is { } name && byStepId.TryGetValue(name, out var target) && target > i ? from[target]
                : after;
        }

        return from[0];
    }

    private void DrawStep(string id, Value step, string place, string path, Func<Value, string?> to)
    {
        var kind = StepNodes.KindOf(step);
        var next = to(step);
        AddNode(id, kind, Label(step, id), Bound(StepNodes.ConfigOf(step, kind), step, id, path), Ports(step));
        switch (kind)
        {
            case "logic_decision":
                DrawBranches(id, step["decision"], to);
                Connect(id, "out", next);
                break;
            case "logic_loop":
                var loop = step["foreach"].IsNull ? "while" : "foreach";
                Connect(id, "body", DrawList(step[loop]["steps"], $"{place}.{loop}.steps", $"{path}.steps", null));
                Connect(id, "done", next);
                break;
            case "logic_parallel":
                var branches = step["parallel"]["branches"].Items;
                for (var i = 0; i < branches.Count; i++)
                {
                    var first = DrawList(branches[i]["steps"], $"{place}.parallel.branches[{i}].steps", $"{path}.branches[{i}].steps", next);
                    Connect(id, branches[i]["name"].AsString() ?? "out", first);
                }

                break;
            default:
                Connect(id, "out", next);
                break;
        }
    }

    /// <summary>A branch that ends its list needs a node to lead to: a decision without edges, which does nothing.</summary>
    private void DrawBranches(string id, Value branches, Func<Value, string?> to)
    {
        string? end = null;
        foreach (var branch in branches.Items)
        {
            var target = to(branch);
            if (target is null)
            {
                if (end is null)
                {
                    end = Unique($"{id}.end");
                    AddNode(end, "logic_decision", "End", Value.EmptyObject);
                }

                target = end;
            }

            Connect(id, "out", target, branch["when"]);
        }
    }

    /// <summary>The branches' names are the ports they leave by.</summary>
    private static Value Ports(Value step) => Value.Array([.. step["parallel"]["branches"].Items
        .Select(branch => branch["name"].AsString()).OfType<string>().Distinct(StringComparer.Ordinal)
        .Select(name => new Members().Add("id", name).Add("label", name).ToValue())]);

    private static string Label(Value step, string id) => step["meta"]["node_label"].AsString() is { Length: > 0 } label ? label : id;

    /// <summary>The name that a step's result had must be that of the node's.</summary>
    private static Value Bound(Value config, Value step, string id, string path)
    {
        var name = step["result"].AsString() ?? StepId(step, path);
        return BindingName.IsLegal(name) && BindingName.Of(config["result_binding"], Label(step, id), id) != name
            ? Value.Object(config.Members.Append(new("result_binding", name)))
            : config;
    }

    private static string StepId(Value step, string path) => step["id"].AsString() is { } id && IdText().IsMatch(id) ? id
        : step["meta"]["node_id"].AsString() is { } node && IdText().IsMatch(node) ? node
        : NotWord().Replace(path, "_").Trim('_');

    [GeneratedRegex(@"^[A-Za-z0-9_.-]{1,128}\z")]
    private static partial Regex IdText();

    [GeneratedRegex(@"\W+")]
    private static partial Regex NotWord();
}
