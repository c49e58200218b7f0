using System.Text.RegularExpressions;

namespace ScaiGrid.Flows.Manifests;

public static partial class ManifestReader
{
    /// <summary>The registry, and after it <c>primary</c> from <c>core.model</c> unless the registry has one.</summary>
    private static List<ModelRole> ReadModels(ManifestNode? registry, ManifestNode? single)
    {
        var models = new List<ModelRole>();
        var roles = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in registry?.Items().Where(m => m.IsObject()) ?? [])
        {
            node.WarnOfUnknownKeys(ManifestShape.Model);
            var role = node.Required("role")?.Text() ?? "";
            if (role.Length > 0 && !RoleName().IsMatch(role))
            {
                node.Error(ManifestCodes.Name, $"'{role}' is not a role: a small letter, then small letters, digits and '_'.");
            }

            if (!roles.Add(role))
            {
                node.Error(ManifestCodes.Duplicate, $"Another model has the role '{role}'.");
            }

            models.Add(new(
                role,
                node.Given("ref")?.Text() ?? "scaigrid",
                node.Required("model")?.Text() ?? "",
                node.Given("temperature")?.Number(0, 2),
                node.Given("system_context")?.Text(),
                ReadFallback(node.Given("fallback"))));
        }

        if (single?.Text() is { } text && !roles.Contains("primary"))
        {
            var model = ParseRef(single, text);
            models.Add(new("primary", model.Ref, model.Model, null, null, []));
        }

        return models;
    }

    private static List<ModelRef> ReadFallback(ManifestNode? list)
    {
        var models = new List<ModelRef>();
        foreach (var node in list?.Items() ?? [])
        {
            if (node.Value.AsString() is { } text)
            {
                models.Add(ParseRef(node, text));
            }
            else if (node.IsObject())
            {
                models.Add(new(node.Given("ref")?.Text() ?? "scaigrid", node.Required("model")?.Text() ?? ""));
            }
        }

        return models;
    }

    /// <summary><c>ref/model</c>; the model may hold further slashes.</summary>
    private static ModelRef ParseRef(ManifestNode node, string text)
    {
        if (text.IndexOf('/') is > 0 and var slash && slash < text.Length - 1)
        {
            return new(text[..slash], text[(slash + 1)..]);
        }

        node.Error(ManifestCodes.UnknownWord, $"'{text}' is not a model: write <ref>/<model>, such as scaigrid/openai/gpt-4o.");
        return new("", text);
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_]*\z")]
    private static partial Regex RoleName();
}
