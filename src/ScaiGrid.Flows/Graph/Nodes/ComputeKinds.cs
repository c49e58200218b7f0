using System.Collections.Immutable;
using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>A sandbox to run code in: calls to the plugin <c>scaibunker</c>.</summary>
internal static class ComputeKinds
{
    public const string Plugin = "scaibunker";

    /// <summary>What a sandbox is like; also <c>config.bunker</c>, which stands for what a node does not say.</summary>
    public static readonly ImmutableArray<Field> Sandbox =
    [
        new("lifecycle", Shape.OneOf("ephemeral", "session", "persistent", "appliance")),
        new("image", Shape.Text(Shape.LongestLabel, mayBeEmpty: false)),
        new("cpu_millicores", Shape.Whole(1, 1_000_000)),
        new("memory_mb", Shape.Whole(1, 100_000_000)),
        new("disk_mb", Shape.Whole(1, 100_000_000)),
        new("gpu_count", Shape.Whole(0, 1024)),
        new("network_profile", Shape.OneOf("isolated", "registry", "allowlisted", "unrestricted", "transit")),
        new("network_allowlist", Shape.List(Shape.Text(Shape.LongestLabel, mayBeEmpty: false), 256)),
    ];

    private static readonly Field Path = new("path", Shape.Template with { MinLength = 1 }, true);

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.ComputeProvision, "compute_provision", "Makes a sandbox.", Sandbox),
        new(NodeKind.ComputeExec, "compute_exec", "Runs a command in the sandbox.",
            new("command", Shape.Template.OrList(most: 256).Noted("A command line, or its words one by one."), true),
            new("timeout_s", Shape.Whole(1, 86_400)),
            new("timeout", Shape.Duration)),
        new(NodeKind.ComputeFileUpload, "compute_file_upload", "Writes a file of the sandbox.", Path, new("content", Shape.ValueTemplate, true)),
        new(NodeKind.ComputeFileDownload, "compute_file_download", "Reads a file of the sandbox.", Path),
        new(NodeKind.ComputeDestroy, "compute_destroy", "Ends the sandbox."),
    ];
}
