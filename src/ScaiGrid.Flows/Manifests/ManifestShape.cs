namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// The known keys of one object of a manifest, in the order they are written, and the shapes of those members that have
/// one. An array has the shape of its items. A member without a shape is the author's data: its order is never touched.
/// </summary>
internal sealed record ManifestShape(string[] Keys, params (string Key, ManifestShape Shape)[] Members)
{
    private static readonly string[] StepKeys =
    [
        "id", "llm_turn", "rigid", "set", "decision", "foreach", "while", "parallel", "plugin_call", "http_call", "checkpoint",
        "queue_publish", "queue_consume", "core_call", "guarded", "guard", "validate", "role", "output", "input", "context",
        "guidance", "constraints", "examples", "on_failure", "min_confidence", "on_validation_failure", "budget", "result",
        "emit", "next", "meta",
    ];

    public static ManifestShape Step { get; } = StepShape();

    public static ManifestShape Model { get; } = new(
        ["role", "ref", "model", "temperature", "modalities", "system_context", "fallback"],
        ("fallback", new(["ref", "model"])));

    public static ManifestShape Variable { get; } = new(["name", "type", "default"]);

    public static ManifestShape Root { get; } = new(["core"], ("core", new(
        [
            "name", "description", "mode", "entity_key", "runtime_version", "identity", "model", "plugins", "capabilities",
            "scaiqueue", "variables", "flows", "scaiflow_meta",
        ],
        ("identity", new(["provider", "persona"])),
        ("plugins", new(["alias", "endpoint"])),
        ("variables", Variable),
        ("flows", new(["name", "trigger", "steps"], ("trigger", new(["type"])), ("steps", Step))),
        ("scaiflow_meta", new(
            [
                "source_id", "source_version", "scaicore_target", "models", "publish_as_model",
                "model_visibility_group_ids", "graph",
            ],
            ("models", Model))))));

    private readonly Dictionary<string, int> _ranks = Keys.Index().ToDictionary(key => key.Item, key => key.Index, StringComparer.Ordinal);

    /// <summary>The place of the key among those of the object; unknown ones come after all others.</summary>
    public int RankOf(string key) => _ranks.GetValueOrDefault(key, int.MaxValue);

    public bool Knows(string key) => _ranks.ContainsKey(key);

    public ManifestShape? Member(string key)
    {
        foreach (var (name, shape) in Members)
        {
            if (name == key)
            {
                return shape;
            }
        }

        return null;
    }

    private static ManifestShape StepShape()
    {
        // Steps hold steps: the array is filled after the shape that refers to it exists.
        var members = new (string, ManifestShape)[14];
        var step = new ManifestShape(StepKeys, members);
        members[0] = ("decision", new(["when", "next"]));
        members[1] = ("foreach", new(["in", "as", "index", "steps"], ("steps", step)));
        members[2] = ("while", new(["when", "max_iterations", "steps"], ("steps", step)));
        members[3] = ("parallel", new(
            ["max_concurrent", "fail_fast", "branches"], ("branches", new(["name", "steps"], ("steps", step)))));
        members[4] = ("checkpoint", new(
        [
            "type", "prompt", "options", "assignee", "priority", "timeout", "on_timeout", "escalation_target", "context",
            "scope", "queue", "sections",
        ]));
        members[5] = ("constraints", new(["never", "always", "prefer"]));
        members[6] = ("on_validation_failure", step);
        members[7] = ("meta", new(["node_id", "node_kind", "node_label", "node_config"]));
        members[8] = ("plugin_call", new(["alias", "method", "args", "timeout"]));
        members[9] = ("http_call", new(["method", "url", "headers", "query", "body", "timeout"]));
        members[10] = ("queue_publish", new(["queue", "scope", "message_type", "payload", "priority", "reason"]));
        members[11] = ("queue_consume", new(["queue", "scope", "timeout"]));
        members[12] = ("core_call", new(
            ["target", "flow_name", "input", "instance_key", "version", "timeout", "is_async"]));
        members[13] = ("emit", new(["event", "payload"]));
        return step;
    }
}
