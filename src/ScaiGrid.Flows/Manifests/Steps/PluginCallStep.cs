using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary><c>plugin_call: {alias, method, args}</c>: calls a method of a plugin. Its result is what the method answers.</summary>
/// <param name="Alias">One of <c>core.plugins</c>, or else the plugin of that name itself.</param>
/// <param name="Args">An object of the method's arguments; null for none.</param>
/// <param name="Timeout">How long an answer is waited for; null leaves it to the plugin's own setting.</param>
public sealed record PluginCallStep(StepHead Head, string Alias, string Method, ValueTemplate? Args, TimeSpan? Timeout) : Step(Head)
{
    private static readonly ManifestShape Shape = ManifestShape.Step.Member("plugin_call")!;

    internal static Step? Read(StepReader reader, StepHead head, ManifestNode step, ManifestNode body)
    {
        if (!body.IsObject())
        {
            return null;
        }

        body.WarnOfUnknownKeys(Shape);
        return new PluginCallStep(
            head,
            body.Required("alias")?.Token() ?? "",
            body.Required("method")?.Token() ?? "",
            reader.ObjectTemplate(body.Given("args")),
            body.Given("timeout")?.Duration());
    }
}
