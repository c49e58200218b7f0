using System.Globalization;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Compile;

/// <summary>
/// The drawing of a manifest that was written by hand: a node for each step, one below the other, and an edge for each way a
/// run can go from one to the next.
/// </summary>
internal sealed partial class ManifestDrawing(Value manifest, List<Diagnostic> diagnostics)
{
    private const int Spacing = 120;

    private readonly Value _core = manifest["core"];
    private readonly List<Value> _nodes = [];
    private readonly List<Value> _edges = [];
    private readonly List<(string Path, Value Step)> _unknown = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public Value Draw()
    {
        for (var i = 0; i < _core["flows"].Items.Count; i++)
        {
            DrawFlow(_core["flows"].Items[i], i);
        }

        var meta = _core["scaiflow_meta"];
        var name = _core["name"].AsString() is { Length: > 0 } given ? given : "Imported flow";
        var content = new Members()
            .Add("id", meta["source_id"].AsString() ?? $"flow_{CanonicalJson.Digest(manifest)["sha256:".Length..][..16]}")
            .Add("name", name)
            .Add("version", meta["source_version"].AsString() ?? "0.1.0")
            .AddGiven("scaicore_target", _core["runtime_version"].IsNull ? Value.Null : _core["runtime_version"].ToText())
            .AddFilled("metadata", new Members().AddGiven("description", _core["description"]).ToValue())
            .Add("nodes", Value.Array([.. _nodes]))
            .Add("edges", Value.Array([.. _edges]))
            .AddGiven("variables", _core["variables"])
            .AddFilled("config", Config(meta))
            .ToValue();
        return UnknownSteps.Keep(_unknown, content, diagnostics);
    }

    private Value Config(Value meta)
    {
        var models = meta["models"].Items.Count > 0 ? meta["models"]
            : _core["model"].AsString() is { } model ? Value.Array(Primary(model))
            : Value.Null;
        return new Members()
            .AddGiven("mode", _core["mode"])
            .AddGiven("entity_key", _core["entity_key"])
            .AddFilled("core_identity", new Members().AddGiven("persona", _core["identity"]["persona"]).AddGiven("models", models).ToValue())
            .AddFrom(_core, "plugins", "capabilities", "scaiqueue")
            .AddFrom(meta, "publish_as_model", "model_visibility_group_ids")
            .ToValue();
    }

    private static Value Primary(string model)
    {
        var slash = model.IndexOf('/');
        return new Members()
            .Add("role", "primary")
            .Add("ref", slash > 0 ? model[..slash] : "scaigrid")
            .Add("model", slash > 0 ? model[(slash + 1)..] : model)
            .ToValue();
    }

    private void DrawFlow(Value flow, int number)
    {
        var trigger = flow["trigger"];
        var kind = trigger["type"].AsString() is "webhook" or "schedule" ? $"entry_{trigger["type"].AsString()}" : "entry_api";
        var config = Value.Object(trigger.Members.Where(member => member.Key != "type"));
        var id = Unique(number == 0 ? "entry" : string.Create(CultureInfo.InvariantCulture, $"entry_{number + 1}"));
        AddNode(id, kind, flow["name"].AsString() ?? id, config);
        var first = DrawList(flow["steps"], $"core.flows[{number}].steps", "steps", null);
        Connect(id, kind switch { "entry_webhook" => "out_event", "entry_schedule" => "out_tick", _ => "out_request" }, first);
    }

    private void AddNode(string id, string type, string label, Value config, Value outputs = default) => _nodes.Add(new Members()
        .Add("id", id)
        .Add("type", type)
        .Add("label", label)
        .Add("position", new Members().Add("x", 0).Add("y", _nodes.Count * Spacing).ToValue())
        .AddFilled("config", config)
        .AddFilled("outputs", outputs)
        .ToValue());

    /// <summary>An edge, unless the way leads nowhere.</summary>
    private void Connect(string from, string port, string? to, Value condition = default)
    {
        if (to is not null)
        {
            _edges.Add(new Members()
                .Add("id", string.Create(CultureInfo.InvariantCulture, $"edge_{_edges.Count + 1}"))
                .Add("type", condition.IsNull ? "sequential" : "conditional")
                .Add("source", new Members().Add("node", from).Add("port", port).ToValue())
                .Add("target", new Members().Add("node", to).Add("port", "in").ToValue())
                .AddGiven("condition", condition)
                .ToValue());
        }
    }

    private string Unique(string id)
    {
        var unique = id;
        for (var i = 2; !_ids.Add(unique); i++)
        {
            unique = string.Create(CultureInfo.InvariantCulture, $"{id}_{i}");
        }

        return unique;
    }
}
