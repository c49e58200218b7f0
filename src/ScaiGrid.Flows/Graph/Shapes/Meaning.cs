namespace ScaiGrid.Flows.Graph.Shapes;

/// <summary>What a value says, beyond its shape. A list in place of a text means that of each item.</summary>
internal enum Meaning
{
    None,

    /// <summary>An expression, bare or as the one hole of a template.</summary>
    Expression,

    /// <summary>An expression that also sees the answer it judges: <c>output</c>, <c>result</c> and the answer's fields.</summary>
    Validation,

    /// <summary>An expression that sees only what a test's run gave: <c>output</c>, <c>status</c>, <c>error</c>, <c>visits</c>.</summary>
    Check,

    /// <summary>Text with expressions in <c>{{…}}</c>.</summary>
    Template,

    /// <summary>Any value; the texts in it are templates.</summary>
    ValueTemplate,

    /// <summary>Names with what they are set to: text without <c>{{</c> is an expression, all else a value template.</summary>
    Assignments,

    /// <summary>A template that makes the result, or steps of a manifest that do.</summary>
    FallbackSteps,

    /// <summary>Kinds of failure with what is done about them.</summary>
    FailurePolicies,

    OutputType,
    Duration,
    Cron,
    TimeZone,

    /// <summary>A role of the model registry.</summary>
    Role,

    /// <summary>A name that expressions can say and that has no meaning of its own.</summary>
    Name,
}
