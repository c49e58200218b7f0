namespace ScaiGrid.EndToEnd.Host;

/// <summary>Manifests of Cores.</summary>
internal static class Samples
{
    public static string ApprovalAgent => Repository.Read("samples/cores/approval-agent.yaml");

    /// <summary>Says what it was told.</summary>
    public static string Echo(string name = "Echo") => $$$"""
        core:
          name: {{{name}}}
          flows:
            - name: echo
              steps: [ { rigid: "You said: {{input.message}}" } ]
        """;

    /// <summary>Waits for a person, then tells the decision.</summary>
    public const string Ask = """
        core:
          name: Ask
          flows:
            - name: ask
              steps:
                - { id: decision, checkpoint: { prompt: "Approve {{input.message}}?", options: [approve, reject] } }
                - { rigid: "Decided: {{decision}}" }
        """;
}
