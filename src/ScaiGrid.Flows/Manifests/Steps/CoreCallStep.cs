using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>
/// <c>core_call: {target: core://{tenant}/{core}, input, …}</c>: runs a flow of another Core. Its result is that run's output.
/// </summary>
/// <param name="FlowName">Which flow of it; null is its default one.</param>
/// <param name="Input">What the run is given; null gives it an empty object.</param>
/// <param name="InstanceKey">Which instance of a Core that has several; null leaves it to the Core.</param>
/// <param name="Version">The version to run; null is the one deployed.</param>
/// <param name="Timeout">How long the output is waited for; null is as long as it takes.</param>
/// <param name="IsAsync">True starts the run and goes on: the result then only names the run.</param>
public sealed partial record CoreCallStep(
    StepHead Head, CoreAddress Target, string? FlowName, ValueTemplate? Input, Template? InstanceKey, string? Version, TimeSpan? Timeout,
    bool IsAsync) : Step(Head)
{
    private static readonly ManifestShape Shape = ManifestShape.Step.Member("core_call")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        var target = body.Required("target") is { } given ? ReadTarget(given) : null;
        var call = new CoreCallStep(
            head,
            target!,
            body.Given("flow_name")?.Text(),
            reader.ValueTemplate(body.Given("input")),
            body.Given("instance_key") is { } key ? reader.Template(key) : null,
            body.Given("version")?.Word(),
            body.Given("timeout")?.Duration(),
            body.Given("is_async")?.Flag() ?? false);
        return target is null ? null : call;
    }

    private static CoreAddress? ReadTarget(ManifestNode node)
    {
        if (node.Text() is not { } text)
        {
            return null;
        }

        if (Address().Match(text) is { Success: true } match)
        {
            return new(match.Groups["tenant"].Value, match.Groups["core"].Value);
        }

        node.Error(ManifestCodes.CoreAddress, $"'{text}' is not the address of a Core: write core://<tenant>/<core>.");
        return null;
    }

    [GeneratedRegex(@"^core://(?<tenant>[a-z0-9][a-z0-9-]{0,127})/(?<core>[a-z0-9][a-z0-9-]{0,127})\z")]
    private static partial Regex Address();
}

/// <summary><c>core://{tenant}/{core}</c>, both by their slugs.</summary>
public sealed record CoreAddress(string Tenant, string Core)
{
    public override string ToString() => $"core://{Tenant}/{Core}";
}
