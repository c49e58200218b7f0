using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>Whom the variables of a Core belong to, and so which of its runs must not overlap.</summary>
public enum InstanceMode
{
    /// <summary>Variables live for one run.</summary>
    Stateless,

    /// <summary>Variables belong to one instance key and persist between its runs.</summary>
    Entity,

    /// <summary>One instance for the whole Core.</summary>
    Singleton,
}

/// <summary>
/// A checked program: every expression parses, every target and role exists. <see cref="ManifestReader"/> makes it.
/// Immutable.
/// </summary>
public sealed record Manifest
{
    private string? _digest;

    public required string Name { get; init; }

    public required InstanceMode Mode { get; init; }

    /// <summary>Which field of the input names the instance; null outside <see cref="InstanceMode.Entity"/>, or when the Core decides.</summary>
    public string? EntityKey { get; init; }

    public required string RuntimeVersion { get; init; }

    public required Identity Identity { get; init; }

    /// <summary>The model registry; the first is the default role. Empty when no step calls a model.</summary>
    public required IReadOnlyList<ModelRole> Models { get; init; }

    public required IReadOnlyList<PluginBinding> Plugins { get; init; }

    public required IReadOnlyList<Variable> Variables { get; init; }

    /// <summary>At least one; the first is the default.</summary>
    public required IReadOnlyList<Flow> Flows { get; init; }

    /// <summary><c>scaiflow_meta</c> as it came: where the manifest was compiled from, and how it wants to be deployed.</summary>
    public required Value Meta { get; init; }

    /// <summary>The whole manifest, <c>{"core": {…}}</c>, unknown keys included.</summary>
    public required Value Source { get; init; }

    /// <summary>
    /// The identity of the program: <c>sha256:…</c> over the canonical JSON of <see cref="Source"/> and, once more with the members in their order, of the
    /// flows and variables in it. There the order has a meaning: assignments are made one after the other, and texts show objects as they are written.
    /// </summary>
    public string Digest => _digest ??= Sha256.Of(
        [.. CanonicalJson.WriteUtf8(Source).Span, .. CanonicalJson.WriteUtf8(Value.Array(Source["core"]["flows"], Source["core"]["variables"]), keepOrder: true).Span]);
}

/// <summary>Who speaks.</summary>
/// <param name="Provider">Who vouches for the identity; null is the platform's own.</param>
/// <param name="Persona">Opens the system prompt of every model call; null for none.</param>
public sealed record Identity(string? Provider, string? Persona);

/// <summary>A model by the part it plays in the flows.</summary>
/// <param name="Ref">Where the model is looked up; <c>scaigrid</c> is the tenant's catalogue.</param>
/// <param name="Model">The slug there.</param>
/// <param name="Temperature">0 to 2; null leaves it to the model.</param>
/// <param name="SystemContext">Added to the system prompt of every call in this role; null for nothing.</param>
/// <param name="Fallback">Tried in order when a call fails.</param>
public sealed record ModelRole(
    string Role, string Ref, string Model, decimal? Temperature, string? SystemContext, IReadOnlyList<ModelRef> Fallback);

public sealed record ModelRef(string Ref, string Model);

public sealed record PluginBinding(string Alias, string Endpoint);

/// <summary>A named slot of state, declared.</summary>
/// <param name="Default">What it holds before a run first sets it.</param>
public sealed record Variable(string Name, OutputType Type, Value Default);

public sealed record Flow(string Name, Trigger Trigger, IReadOnlyList<Step> Steps);
