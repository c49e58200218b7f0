namespace ScaiGrid.Flows.Manifests;

/// <summary>Every keyword a step can have. A new kind is one file and its line here.</summary>
internal static class StepKinds
{
    public delegate Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body);

    /// <summary>Null marks a kind of the language that this runtime version does not run.</summary>
    private static readonly Dictionary<string, Read?> Kinds = new(StringComparer.Ordinal)
    {
        ["llm_turn"] = LlmTurnStep.Read,
        ["rigid"] = RigidStep.Read,
        ["set"] = SetStep.Read,
        ["decision"] = DecisionStep.Read,
        ["foreach"] = ForeachStep.Read,
        ["while"] = WhileStep.Read,
        ["parallel"] = ParallelStep.Read,
        ["checkpoint"] = CheckpointStep.Read,
        ["plugin_call"] = null,
        ["http_call"] = null,
        ["queue_publish"] = null,
        ["queue_consume"] = null,
        ["core_call"] = null,
    };

    public static bool IsKeyword(string key) => Kinds.ContainsKey(key);

    public static Read? Find(string keyword) => Kinds[keyword];
}
