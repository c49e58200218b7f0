namespace ScaiGrid.Flows.Graph;

/// <summary>What a node does. Closed: a flow with any other kind is refused.</summary>
public enum NodeKind
{
    EntryApi,
    EntryWebhook,
    EntrySchedule,
    LlmRigid,
    LlmGuarded,
    LlmFlexible,
    LogicDecision,
    LogicLoop,
    LogicParallel,
    ToolPlugin,
    ToolHttp,
    DataVariableSet,
    Checkpoint,
    HitlDecision,
    HitlReview,
    QueuePublish,
    QueueConsume,
    QueueEscalation,
    ComputeProvision,
    ComputeExec,
    ComputeFileUpload,
    ComputeFileDownload,
    ComputeDestroy,
    SubflowCall,
}
