using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ScaiGrid.Gateway.Providers;

/// <summary>A type of backend: <c>openai</c>, <c>custom</c>, <c>scripted</c>, … Its word is a backend's <c>provider_type</c>.</summary>
public abstract class ProviderKind(string name)
{
    public string Name { get; } = name;

    /// <summary>
    /// Members of a connection's configuration that are stored encrypted and shown masked, whatever kind of value they hold.
    /// </summary>
    public virtual IReadOnlyList<string> SecretFields => [];

    /// <summary>Checks a connection's configuration and binds a provider to it. Connects to nothing yet.</summary>
    /// <param name="config">The <c>connection_config</c> object, secrets in the clear.</param>
    /// <param name="reach">Where the connection may go.</param>
    /// <param name="faults">Everything that is wrong, when it returns false.</param>
    public abstract bool TryConnect(
        JsonElement config, Reach reach, [NotNullWhen(true)] out IChatProvider? provider, out IReadOnlyList<Fault> faults);

    /// <summary>What is wrong with a connection's configuration; nothing when it can be used.</summary>
    public IReadOnlyList<Fault> Validate(JsonElement config)
    {
        TryConnect(config, Reach.Guarded, out _, out var faults);
        return faults;
    }
}

/// <summary>Where a backend's calls may go.</summary>
public enum Reach
{
    /// <summary>Only where the server's egress rules allow: the backends that tenants bring.</summary>
    Guarded,

    /// <summary>Anywhere, localhost included: the platform's own backends.</summary>
    Anywhere,
}
