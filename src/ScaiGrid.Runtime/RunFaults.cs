namespace ScaiGrid.Runtime;

/// <summary>Why a run fails, or refuses an event. The codes are for ever.</summary>
public static class RunFaults
{
    public const string UnknownFlow = "unknown_flow";
    public const string ExpressionFault = "expression_fault";
    public const string GuardViolation = "GuardViolationError";
    public const string ModelCallFailed = "model_call_failed";
    public const string PluginCallFailed = "plugin_call_failed";
    public const string HttpCallFailed = "http_call_failed";
    public const string QueuePublishFailed = "queue_publish_failed";
    public const string QueueConsumeFailed = "queue_consume_failed";
    public const string CoreCallFailed = "core_call_failed";
    public const string ParseError = "parse_error";
    public const string LowConfidence = "low_confidence";
    public const string Refusal = "refusal";
    public const string VariableType = "variable_type";
    public const string CheckpointExpired = "checkpoint_expired";
    public const string CheckpointCancelled = "checkpoint_cancelled";
    public const string Cancelled = "cancelled";

    public const string LimitSteps = "limit_steps";
    public const string LimitModelCalls = "limit_model_calls";
    public const string LimitEffects = "limit_effects";
    public const string LimitIterations = "limit_iterations";
    public const string LimitScopeSize = "limit_scope_size";
    public const string LimitMemory = "limit_memory";
    public const string LimitValueDepth = "limit_value_depth";

    /// <summary>The history is not one of this program: it is left as it is, to be resumed with the program it began with.</summary>
    public const string HistoryMismatch = "history_mismatch";

    /// <summary>Refusals: the run stays as it was.</summary>
    public const string CheckpointUnknown = "checkpoint_unknown", CheckpointClosed = "checkpoint_closed",
        CheckpointInvalidResolution = "checkpoint_invalid_resolution", RunFinished = "run_finished";

    internal static bool IsLimit(string code) => code.StartsWith("limit_", StringComparison.Ordinal);
}
