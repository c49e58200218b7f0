using ScaiGrid.Flows.Graph.Shapes;

namespace ScaiGrid.Flows.Graph.Nodes;

/// <summary>Text: rendered without a model, asked for within bounds, or asked for freely.</summary>
internal static class LlmKinds
{
    private static readonly Field[] Turn =
    [
        new("goal", Shape.Template, true),
        new("llm_role", (Shape.Role with { Meaning = Meaning.Role }).Noted("A role of config.core_identity.models; the first one without.")),
        new("model", (Shape.Role with { Meaning = Meaning.Role }).Noted("The former name of llm_role.")),
        new("output_schema", Shape.OutputType.Noted("The fields of the answer and their types; without, the answer is text.")),
        new("input_bindings", Shape.Bindings),
        new("context_bindings", Shape.Bindings),
        new("guidance", Shape.Template),
        new("constraints", Shape.Object(new("never", Shape.Templates), new("always", Shape.Templates), new("prefer", Shape.Templates))),
        new("examples", Shape.List(Shape.Object(new("input", Shape.Anything, true), new("output", Shape.Anything, true)), 64)),
        new("min_confidence", Shape.Between(0, 1)),
        new("on_failure", new Shape(Admits.Object) { MaxMembers = 16, Meaning = Meaning.FailurePolicies }),
        new("budget", Shape.Object(new("max_duration", Shape.Duration), new("max_retries", Shape.Whole(0, 100)))),
    ];

    public static IEnumerable<NodeShape> All =>
    [
        new(NodeKind.LlmRigid, "llm_rigid", "Renders text; calls no model.", new Field("template", Shape.Template, true)),
        new(NodeKind.LlmGuarded, "llm_guarded", "Asks a model when the guard holds, and accepts only what validates.",
        [
            .. Turn,
            new("guard", Shape.Conditions.Noted("Unless all hold, no model is asked and the result is null.")),
            new("validate", Shape.Validations.Noted("Unless all hold of the answer, it is not accepted.")),
            new("on_validation_failure", new Shape(Admits.Text | Admits.List)
            {
                MaxLength = Shape.LongestText, MinItems = 1, MaxItems = 64, Items = Shape.Object(), Meaning = Meaning.FallbackSteps,
                Note = "The result in place of an answer that does not validate: a template, or steps of a manifest. Without, the run fails.",
            }),
        ]),
        new(NodeKind.LlmFlexible, "llm_flexible", "Asks a model for a goal, and again where a policy says so.",
        [
            .. Turn,
            new("identity_ref", new Shape(Admits.Bool | Admits.Text) { MaxLength = Shape.LongestLabel }.By(false)),
        ]),
    ];
}
