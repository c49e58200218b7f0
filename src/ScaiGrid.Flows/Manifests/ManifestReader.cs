using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>What reading gave: a manifest unless there are errors, and every diagnostic either way.</summary>
public sealed record ManifestReading(Manifest? Manifest, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool Succeeded([NotNullWhen(true)] out Manifest? manifest) => (manifest = Manifest) is not null;
}

/// <summary>
/// Reads a manifest and checks all of it, so that what comes out can run. It reports every fault it can see at once and
/// throws nothing, whatever it is given.
/// </summary>
public static partial class ManifestReader
{
    private static readonly ManifestShape FlowKeys = new(["name", "trigger", "steps", "description"]);

    /// <summary>YAML or JSON text, at most 10 MiB.</summary>
    public static ManifestReading Read(string text)
    {
        var diagnostics = new List<Diagnostic>();
        return ManifestText.TryParse(text, diagnostics, out var source, out var lines)
            ? Read(source, lines, diagnostics)
            : new(null, diagnostics);
    }

    /// <summary>The value a Core keeps: <c>{"core": {…}}</c>.</summary>
    public static ManifestReading Read(Value source) => Read(source, null, []);

    private static ManifestReading Read(Value source, SourceLines? lines, List<Diagnostic> diagnostics)
    {
        var report = new ManifestReport(diagnostics);
        var root = ManifestNode.Root(report, source, lines);
        var manifest = root.IsObject() && root.Required("core") is { } core && core.IsObject() ? ReadCore(core, source) : null;
        return new(diagnostics.Exists(d => d.Severity == Severity.Error) ? null : manifest, diagnostics);
    }

    private static Manifest ReadCore(ManifestNode core, Value source)
    {
        core.WarnOfUnknownKeys(ManifestShape.Root.Member("core")!);
        var name = core.Required("name")?.Text() ?? "";
        var meta = core.Given("scaiflow_meta");
        var models = ReadModels(meta is not null && meta.IsObject() ? meta.Given("models") : null, core.Given("model"));
        var variables = ReadVariables(core.Given("variables"));
        var queueScope = core.Given("scaiqueue") is { } queues && queues.IsObject() ? queues.Given("scope")?.Token() : null;
        return new()
        {
            Name = name,
            Mode = core.Given("mode")?.OneOf("stateless", "entity", "singleton") switch
            {
                "entity" => InstanceMode.Entity,
                "singleton" => InstanceMode.Singleton,
                _ => InstanceMode.Stateless,
            },
            EntityKey = core.Given("entity_key")?.Text(),
            RuntimeVersion = core.Given("runtime_version")?.Word() ?? "0.2",
            Identity = ReadIdentity(core.Given("identity")),
            Models = models,
            Plugins = ReadPlugins(core.Given("plugins")),
            Variables = variables,
            Flows = core.Required("flows") is { } flows ? ReadFlows(flows, name, models, variables, queueScope) : [],
            Meta = meta?.Value ?? Value.EmptyObject,
            Source = source,
        };
    }

    private static Identity ReadIdentity(ManifestNode? node) => node is not null && node.IsObject()
        ? new(node.Given("provider")?.Text(), node.Given("persona")?.Text())
        : new(null, null);

    private static List<Flow> ReadFlows(
        ManifestNode list, string coreName, IReadOnlyList<ModelRole> models, IReadOnlyList<Variable> variables, string? queueScope)
    {
        var flows = new List<Flow>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var roles = models.Select(m => m.Role).ToHashSet(StringComparer.Ordinal);
        if (list.Value is { Kind: ValueKind.Array, Items.Count: 0 })
        {
            list.Error(ManifestCodes.Missing, "At least one flow is required.");
        }

        foreach (var node in list.Items().Where(f => f.IsObject()))
        {
            node.WarnOfUnknownKeys(FlowKeys);
            var name = node.Given("name")?.Text() ?? (flows.Count == 0 ? coreName : "");
            if (name.Length == 0)
            {
                node.Error(ManifestCodes.Missing, "'name' is required.");
            }
            else if (!names.Add(name))
            {
                node.Error(ManifestCodes.Duplicate, $"Another flow has the name '{name}'.");
            }

            var reader = new StepReader(list.Report, roles, queueScope);
            foreach (var variable in variables)
            {
                reader.Names.Define(variable.Name);
            }

            var steps = node.Required("steps") is { } stepList ? reader.ReadList(stepList, "steps") : [];
            reader.Names.Check(list.Report);
            flows.Add(new(name, TriggerReader.Read(node.Given("trigger")), steps));
        }

        return flows;
    }

    private static List<PluginBinding> ReadPlugins(ManifestNode? list)
    {
        var plugins = new List<PluginBinding>();
        var aliases = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in list?.Items().Where(p => p.IsObject()) ?? [])
        {
            var alias = node.Required("alias")?.Text();
            if (alias is not null && !aliases.Add(alias))
            {
                node.Error(ManifestCodes.Duplicate, $"Another plugin has the alias '{alias}'.");
            }

            plugins.Add(new(alias ?? "", node.Given("endpoint")?.Text() ?? $"plugin://{alias}"));
        }

        return plugins;
    }

    private static List<Variable> ReadVariables(ManifestNode? list)
    {
        var variables = new List<Variable>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in list?.Items().Where(v => v.IsObject()) ?? [])
        {
            node.WarnOfUnknownKeys(ManifestShape.Variable);
            var name = node.Required("name")?.Name();
            var type = node.Required("type") is { } given ? OutputTypes.Read(given) : null;
            if (name is not null && !names.Add(name))
            {
                node.Error(ManifestCodes.Duplicate, $"Another variable has the name '{name}'.");
            }

            if (name is not null && type is not null)
            {
                variables.Add(new(name, type, node.Member("default")?.Value ?? default));
            }
        }

        return variables;
    }
}
