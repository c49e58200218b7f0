namespace ScaiGrid.Flows.Compile;

/// <summary>What can be wrong with a flow that analysis lets pass, or with a manifest to import. <c>docs/compiling.md</c> lists them all.</summary>
public static class CompileCodes
{
    /// <summary>The manifest would be larger, longer or deeper than one may be.</summary>
    public const string TooLarge = "FL301";

    /// <summary>The manifest would not be valid; the message has the manifest's own code.</summary>
    public const string InvalidManifest = "FL302";

    /// <summary>Warning: what the manifest executes is not what the imported flow compiles to.</summary>
    public const string StepsDiffer = "FL311";

    /// <summary>Warning: a step that no node stands for is kept in <c>metadata.unknown_steps</c>.</summary>
    public const string UnknownStep = "FL312";

    /// <summary>The text to import has no <c>core</c> with flows of steps.</summary>
    public const string NotAManifest = "FL313";
}
