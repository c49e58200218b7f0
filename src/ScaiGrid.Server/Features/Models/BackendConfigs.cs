using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text.Json;
using ScaiGrid.Flows.Language;
using ScaiGrid.Gateway.Providers;
using Fault = ScaiGrid.Server.Kernel.Fault;

namespace ScaiGrid.Server.Features.Models;

/// <summary>Checks what a backend is to be configured with, as its provider would read it, and makes it fit to be stored.</summary>
internal sealed class BackendConfigs(IEnumerable<ProviderKind> kinds, ConnectionSecrets secrets)
{
    private readonly FrozenDictionary<string, ProviderKind> _kinds = kinds.ToFrozenDictionary(k => k.Name);

    /// <summary>The configuration as it is stored.</summary>
    /// <param name="sent">What the caller sent; null leaves what is stored.</param>
    /// <param name="stored">The backend as it is; null for a new one.</param>
    /// <param name="faults">Receives everything that is wrong.</param>
    public Value Accept(string providerType, Value sent, BackendModel? stored, List<Fault> faults)
    {
        if (!_kinds.TryGetValue(providerType, out var kind))
        {
            var others = $"must be one of {string.Join(", ", _kinds.Keys.Order(StringComparer.Ordinal))}";
            faults.Add(new("provider_type", providerType == ProviderTypes.Core ? $"{others}; publishing a Core makes its backend" : others));
            return sent;
        }

        try
        {
            var config = sent.IsNull && stored is not null ? stored.ConnectionConfig : secrets.Protect(providerType, sent, Kept(providerType, sent, stored));
            Check(kind, secrets.Unprotect(providerType, config), faults);
            return config;
        }
        catch (CryptographicException)
        {
            faults.Add(new("connection_config", "has secrets that can no longer be decrypted: send them all again"));
            return sent;
        }
    }

    // A stored secret goes only where it was meant to go: with a new address it must be sent anew, or whoever may change the
    // address could have it sent to a place of their own.
    private static Value Kept(string providerType, Value sent, BackendModel? stored) =>
        stored is not null && stored.ProviderType == providerType && stored.ConnectionConfig["base_url"] == sent["base_url"] ? stored.ConnectionConfig : default;

    private static void Check(ProviderKind kind, Value clear, List<Fault> faults)
    {
        using var document = JsonDocument.Parse(clear.ToJson());
        faults.AddRange(kind.Validate(document.RootElement)
            .Select(f => new Fault(f.Field.Length == 0 ? "connection_config" : $"connection_config.{f.Field}", f.Message)));
        faults.AddRange(ConnectionSecrets.MasksIn(kind.Name, clear)
            .Select(path => new Fault($"connection_config.{path}", "is only the mask of a secret: send the secret itself, as for every new provider_type or base_url")));
    }
}
