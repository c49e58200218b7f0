using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime.Nodes;

namespace ScaiGrid.Runtime;

/// <summary>A manifest made ready to execute. Immutable, and shared by all runs of a Core at once.</summary>
public sealed class Program
{
    /// <summary>The runtime version of the manifest is later than this engine.</summary>
    public const string UnsupportedVersion = "RT001";

    /// <summary>A step is of a kind that this engine does not execute.</summary>
    public const string UnsupportedStep = "RT002";

    private static readonly Version Newest = new(0, 2);

    private readonly OrderedDictionary<string, Node[]> _flows = new(StringComparer.Ordinal);
    private readonly List<StepHead> _effects = [];
    private readonly Dictionary<string, Variable> _variables;

    private Program(Manifest manifest, List<Diagnostic> diagnostics)
    {
        (Manifest, Digest) = (manifest, manifest.Digest);
        _variables = manifest.Variables.ToDictionary(v => v.Name, StringComparer.Ordinal);
        for (var i = 0; i < manifest.Flows.Count; i++)
        {
            var unknown = new List<StepHead>();
            _flows.Add(manifest.Flows[i].Name, new NodeKinds(manifest, _effects, unknown).Compile(manifest.Flows[i].Steps));
            diagnostics.AddRange(unknown.Select(head => new Diagnostic(
                Severity.Error, UnsupportedStep, $"This engine does not execute '{head.Kind}' steps.", $"core.flows[{i}].{head.Path}",
                NodeId: head.NodeId ?? head.Id)));
        }
    }

    public Manifest Manifest { get; }

    /// <summary>The manifest's: two programs of one digest behave alike.</summary>
    public string Digest { get; }

    /// <summary>The names of the flows; the first is the default.</summary>
    public IReadOnlyList<string> Flows => _flows.Keys;

    /// <summary>The steps of all flows that touch the world.</summary>
    public IReadOnlyList<StepHead> Effects => _effects;

    public static bool TryLoad(
        Manifest manifest, [NotNullWhen(true)] out Program? program, out IReadOnlyList<Diagnostic> diagnostics)
    {
        program = null;
        if (!Version.TryParse(manifest.RuntimeVersion, out var version) || version > Newest)
        {
            diagnostics =
            [
                new(Severity.Error, UnsupportedVersion, $"This engine runs versions up to {Newest}, not '{manifest.RuntimeVersion}'.",
                    "core.runtime_version"),
            ];
            return false;
        }

        var faults = new List<Diagnostic>();
        var loaded = new Program(manifest, faults);
        (program, diagnostics) = (faults.Count == 0 ? loaded : null, faults);
        return program is not null;
    }

    /// <summary>
    /// The variables that a run of an instance begins with: each declared one as it is remembered, or its default when it is not, or
    /// when what is remembered is not of the declared type, because the program was changed since.
    /// </summary>
    public Value Recall(Value remembered) => Value.Object(Manifest.Variables.Select(v =>
    {
        var fits = remembered.Members.TryGetValue(v.Name, out var value) && (value.IsNull || v.Type.Validate(value, out value).Count == 0);
        return KeyValuePair.Create(v.Name, fits ? value : v.Default);
    }));

    /// <summary>What an instance remembers of a run's variables: the declared ones. Others are of that run alone.</summary>
    public Value Remember(Value variables) => Value.Object(variables.Members.Where(v => _variables.ContainsKey(v.Key)));

    internal bool TryGetFlow(string name, [NotNullWhen(true)] out Node[]? steps) => _flows.TryGetValue(name, out steps);

    internal bool TryGetVariable(string name, [NotNullWhen(true)] out Variable? variable) =>
        _variables.TryGetValue(name, out variable);
}
