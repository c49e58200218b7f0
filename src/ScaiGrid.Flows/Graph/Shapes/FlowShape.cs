using System.Collections.Immutable;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Graph.Nodes;

namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>The whole of a flow, schema v2.</summary>
internal static partial class FlowShape
{
    public const int MostNodes = 20_000, MostEdges = 60_000;

    private static readonly Shape Port = Shape.Object(
        new("id", Shape.Id, true),
        new("label", Shape.Label),
        new("type", Shape.Text(1024).Noted("Free text, such as object."))).Defined("port");

    private static readonly Shape PortRef = Shape.Object(
        new("node", Shape.Id, true),
        new("port", Shape.Id, true)).Defined("port_ref");

    private static readonly Shape Node = Shape.Object(
        new("id", Shape.Id, true),
        new("type", Shape.OneOf([.. NodeShapes.All.Select(shape => shape.Name)]), true),
        new("label", Shape.Label.Noted("For people; the id without.")),
        new("position", Shape.Object(new("x", Shape.Number), new("y", Shape.Number))),
        new("inputs", Shape.List(Port, 256).Noted("Those of the kind without.")),
        new("outputs", Shape.List(Port, 256).Noted("Those of the kind without.")),
        new("breakpoint", Shape.Flag.By(false)))
    .Defined("node") with
    {
        Cases = new("type", NodeShapes.All.ToDictionary(
            shape => shape.Name, ImmutableArray<Field> (shape) => [new("config", shape.Config, shape.NeedsConfig)], StringComparer.Ordinal)),
        Subject = Subject.Node,
    };

    private static readonly Shape Edge = Shape.Object(
        new("id", Shape.Id, true),
        new("type", Shape.OneOf("sequential", "conditional", "data"), true),
        new("source", PortRef, true),
        new("target", PortRef, true))
    .Defined("edge") with
    {
        Cases = new("type", new Dictionary<string, ImmutableArray<Field>>
        {
            ["sequential"] = [],
            ["conditional"] = [new("condition", Shape.Expression, true)],
            ["data"] = [],
        }),
        Subject = Subject.Edge,
    };

    private static readonly Shape Model = Shape.Object(
        new("role", Shape.Role, true),
        new("ref", Shape.Token.Noted("Where the model is looked up; scaigrid is the tenant's catalogue."), true),
        new("model", Shape.Text(Shape.LongestLabel, mayBeEmpty: false), true),
        new("temperature", Shape.Between(0, 2)),
        new("modalities", Shape.List(Shape.OneOf("text", "structured_output", "vision", "tts", "stt", "embedding", "image_generation"), 16)),
        new("system_context", Shape.Text(Shape.LongestText)),
        new("fallback", Shape.List(
            Shape.Object(new("ref", Shape.Token, true), new("model", Shape.Text(Shape.LongestLabel, mayBeEmpty: false), true)),
            16))).Defined("model");

    private static readonly Shape Config = Shape.Object(
        new("mode", Shape.OneOf("stateless", "entity", "singleton").By("stateless").Noted("Whom the variables belong to.")),
        new("entity_key", Shape.Text(Shape.LongestId, mayBeEmpty: false).Noted("The field of the input that names the instance.")),
        new("core_identity", Shape.Object(
            new("name", Shape.Text(Shape.LongestLabel)),
            new("persona", Shape.Text(Shape.LongestText)),
            new("models", Shape.List(Model, 64)))),
        new("plugins", Shape.List(
            Shape.Object(new("alias", Shape.Token, true), new("endpoint", Shape.Text(2048, mayBeEmpty: false).Noted("plugin://<alias> without."))), 256)),
        new("capabilities", Shape.List(Shape.Anything, 256)),
        new("bunker", Shape.Object(ComputeKinds.Sandbox)),
        new("scaiqueue", Shape.Object(
            new("scope", Shape.Token),
            new("queues", Shape.List(
                Shape.Object(
                    new("slug", Shape.Token, true),
                    new("display_name", Shape.Label),
                    new("description", Shape.Text(4096)),
                    new("consumer_mode", Shape.OneOf("fifo", "priority", "deadline", "broadcast").By("fifo")),
                    new("max_retries", Shape.Whole(0, 100).By(5)),
                    new("purpose", Shape.OneOf("intake", "processing", "review", "escalation", "completed", "dead-letter", "custom"))),
                256)))),
        new("publish_as_model", Shape.Flag.By(false)),
        new("model_visibility_group_ids", Shape.List(Shape.Text(Shape.LongestId, mayBeEmpty: false), 256))).Defined("config");

    private static readonly Shape Test = Shape.Object(
        new("name", Shape.Text(Shape.LongestLabel, mayBeEmpty: false), true),
        new("input", Shape.Anything.Noted("What the run is given."), true),
        new("mocks", (new Shape(Admits.Object) { MaxMembers = 1024 }).Noted("Node id or label to the node's result, or to {\"error\": {…}}.")),
        new("expect", Shape.Object(
            new("output", Shape.Anything.Noted("What the run's output equals.")),
            new("status", Shape.OneOf("completed", "failed", "suspended")),
            new("error", Shape.Text(Shape.LongestLabel, mayBeEmpty: false).Noted("The code the run fails with.")),
            new("visits", Shape.List(Shape.Id, 1024).Noted("Nodes that ran, in this order.")),
            new("checks", Shape.List(Shape.Expression with { Meaning = Meaning.Check }, 256).Noted("Expressions over output, status, error and visits."))))).Defined("test");

    public static readonly Shape Flow = Shape.Object(
        new("id", Shape.Id.Noted("Opaque; stable across saves."), true),
        new("name", Shape.Text(Shape.LongestLabel, mayBeEmpty: false), true),
        new("version", new Shape(Admits.Text)
        {
            MaxLength = 128,
            Pattern = new(
                VersionRegex,
                "a version: three numbers and, if need be, a suffix, such as 1.0.3"),
        }, true),
        new("scaicore_target", Shape.Text(16, mayBeEmpty: false).By("0.2").Noted("The version of the language.")),
        new("metadata", Shape.Object(
            new("author", Shape.Text(1024)),
            new("created", Shape.Text(64)),
            new("description", Shape.Text(65_536)))),
        new("nodes", Shape.List(Node, MostNodes), true),
        new("edges", Shape.List(Edge, MostEdges), true),
        new("variables", Shape.List(
            Shape.Object(new("name", Shape.Name, true), new("type", Shape.OutputType, true), new("default", Shape.Anything)), 1024)),
        new("config", Config),
        new("tests", Shape.List(Test, 1024)));

    [GeneratedRegex(@"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?\z")]
    private static partial Regex VersionRegex { get; }
}
