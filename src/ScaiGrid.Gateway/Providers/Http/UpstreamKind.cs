using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace ScaiGrid.Gateway.Providers.Http;

/// <summary>A type of backend that is an HTTP endpoint with an address, a credential and headers of its own.</summary>
public abstract class UpstreamKind : ProviderKind
{
    private readonly UpstreamHttp _http;
    private readonly TimeProvider _clock;

    private protected UpstreamKind(string name, UpstreamHttp http, TimeProvider clock)
        : base(name) => (_http, _clock) = (http, clock);

    // Nobody can tell which header of somebody's proxy carries a credential, so all of them are secret.
    public sealed override IReadOnlyList<string> SecretFields => ["api_key", "headers"];

    public sealed override bool TryConnect(
        JsonElement config, Reach reach, [NotNullWhen(true)] out IChatProvider? provider, out IReadOnlyList<Fault> faults)
    {
        var reader = new ConfigReader(config);
        var protocol = Read(new ConnectionReader(reader));
        reader.RefuseOthers();
        faults = reader.Faults;
        provider = faults.Count > 0 ? null : new UpstreamProvider(protocol!, _http.For(reach), _clock);
        return provider is not null;
    }

    /// <summary>Reads every member that the kind knows, and tells their faults; null or anything when there are some.</summary>
    private protected abstract IUpstreamProtocol? Read(ConnectionReader config);
}
