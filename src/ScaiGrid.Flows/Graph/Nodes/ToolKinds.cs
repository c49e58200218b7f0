using System.Text.RegularExpressions;
using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>Calls to the world: plugins, HTTP, other Cores.</summary>
internal static partial class ToolKinds
{
    private static readonly Shape CoreAddress = new Shape(Admits.Text)
    {
        Pattern = new(CoreAddressRegex, "the address of a Core: core://<tenant>/<core>"),
    };

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.ToolPlugin, "tool_plugin", "Calls a method of a plugin.",
            new("alias", Shape.Token.Noted("One of config.plugins, or the plugin's own name."), true),
            new("method", Shape.Token, true),
            new("args", Shape.Bindings),
            new("timeout", Shape.Duration)),
        new(NodeKind.ToolHttp, "tool_http", "Makes one HTTP request under the server's egress rules.",
            new("method", Shape.OneOf("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS").By("GET")),
            new("url", Shape.Template with { MinLength = 1 }, true),
            new("headers", Shape.Bindings),
            new("query", Shape.Bindings),
            new("body", Shape.ValueTemplate),
            new("timeout", Shape.Duration.By("30s"))),
        new(NodeKind.SubflowCall, "subflow_call", "Runs a flow of another Core.",
            new("target", CoreAddress, true),
            new("flow_name", Shape.Text(Shape.LongestLabel, mayBeEmpty: false).Noted("Which flow of the Core; its default one without.")),
            new("input_bindings", Shape.Bindings),
            new("instance_key", Shape.Template),
            new("version", Shape.Text(64, mayBeEmpty: false)),
            new("timeout", Shape.Duration),
            new("is_async", Shape.Flag.By(false).Noted("True starts the run and goes on."))),
    ];

    [GeneratedRegex(@"^core://[a-z0-9][a-z0-9-]{0,127}/[a-z0-9][a-z0-9-]{0,127}\z")]
    private static partial Regex CoreAddressRegex { get; }
}
