namespace ScaiGrid.Flows.Manifests;

/// <summary>Every keyword a step can have. A new kind is one file and its line here.</summary>
internal static class StepKinds
{
    public delegate Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body);

    private static readonly Dictionary<string, Read> Kinds = new(StringComparer.Ordinal)
    {
        ["llm_turn"] = LlmTurnStep.Read,
        ["rigid"] = RigidStep.Read,
        ["set"] = SetStep.Read,
        ["decision"] = DecisionStep.Read,
        ["foreach"] = ForeachStep.Read,
        ["while"] = WhileStep.Read,
        ["parallel"] = ParallelStep.Read,
        ["checkpoint"] = CheckpointStep.Read,
        ["plugin_call"] = PluginCallStep.Read,
        ["http_call"] = HttpCallStep.Read,
        ["queue_publish"] = QueuePublishStep.Read,
        ["queue_consume"] = QueueConsumeStep.Read,
        ["core_call"] = CoreCallStep.Read,
    };

    public static bool IsKeyword(string key) => Kinds.ContainsKey(key);

    public static Read Find(string keyword) => Kinds[keyword];
}
