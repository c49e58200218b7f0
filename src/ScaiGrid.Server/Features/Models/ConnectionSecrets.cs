using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Server.Features.Models;

/// <summary>
/// Keeps the secrets of connection configurations: stored as <c>{"$secret": ciphertext}</c>, shown as <c>sk-…1234</c>, in the clear
/// only where a call is made. Whatever stands in a secret member is secret, however deep.
/// </summary>
internal sealed class ConnectionSecrets(IDataProtectionProvider protection)
{
    private const string Sealed = "$secret", Hidden = "••••";

    /// <summary>Long enough that the seven characters shown say nothing about the rest.</summary>
    private const int LongEnoughToHint = 16;

    // Nobody can tell which header of somebody's proxy carries a credential, so all of them are kept.
    private static readonly FrozenSet<string> SecretMembers =
        new[] { "api_key", "headers", "token", "secret", "password", "credentials", "client_secret", "private_key", "access_key", "secret_key", "session_token" }
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly IDataProtector _protector = protection.CreateProtector("ScaiGrid.ConnectionConfig");

    /// <summary>The configuration as it is stored.</summary>
    /// <param name="providerType">The backend's <c>provider_type</c>.</param>
    /// <param name="config">As a caller sent it.</param>
    /// <param name="stored">What is stored now: where the caller sends a value back as <see cref="Mask"/> showed it, the stored one stays. Null when nothing may stay.</param>
    public Value Protect(string providerType, Value config, Value stored = default) =>
        EachSecret(providerType, config, stored, Seal);

    /// <summary>The configuration in the clear, for whoever calls the backend. It must never be logged or shown.</summary>
    /// <exception cref="CryptographicException">The key that encrypted it is gone, or the ciphertext was tampered with.</exception>
    public Value Unprotect(string providerType, Value stored) => EachSecret(providerType, stored, default, (value, _) => Open(value));

    /// <summary>The configuration as callers may see it.</summary>
    public Value Mask(string providerType, Value stored) => EachSecret(providerType, stored, default, (value, _) => MaskOf(value));

    /// <summary>The secret members, such as <c>headers.X-Key</c>, in which a caller sent a mask that stands for nothing.</summary>
    /// <param name="config">In the clear, after <see cref="Protect"/> and <see cref="Unprotect"/>.</param>
    public static IReadOnlyList<string> MasksIn(string providerType, Value config)
    {
        var found = new List<string>();
        foreach (var (name, value) in config.Members.Where(m => IsSecret(providerType, m.Key)))
        {
            Find(value, name, found);
        }

        return found;
    }

    private static void Find(Value value, string path, List<string> found)
    {
        if (value.TryGetString(out var text) && (text == Hidden || (text.Length == 8 && text[3] == '…')))
        {
            found.Add(path);
        }

        foreach (var (name, member) in value.Members)
        {
            Find(member, $"{path}.{name}", found);
        }

        foreach (var (i, item) in value.Items.Index())
        {
            Find(item, $"{path}[{i}]", found);
        }
    }

    private static bool IsSecret(string providerType, string member) => providerType != ProviderTypes.Core && SecretMembers.Contains(member);

    private static Value EachSecret(string providerType, Value config, Value stored, Func<Value, Value, Value> change) =>
        Value.Object(config.Members.Select(m => IsSecret(providerType, m.Key) ? KeyValuePair.Create(m.Key, EachLeaf(m.Value, stored[m.Key], change)) : m));

    private static Value EachLeaf(Value value, Value stored, Func<Value, Value, Value> change)
    {
        if (value.IsNull || IsSealed(value))
        {
            return value.IsNull ? value : change(value, stored);
        }

        return value.Kind switch
        {
            ValueKind.Object => Value.Object(value.Members.Select(m => KeyValuePair.Create(m.Key, EachLeaf(m.Value, stored[m.Key], change)))),
            ValueKind.Array => Value.Array([.. value.Items.Select((item, i) => EachLeaf(item, i < stored.Items.Count ? stored.Items[i] : default, change))]),
            _ => change(value, stored),
        };
    }

    private static bool IsSealed(Value value) => value.Members.Count == 1 && value[Sealed].Kind == ValueKind.String;

    private Value Seal(Value value, Value stored) => IsSealed(stored) && value == MaskOf(stored)
        ? stored
        : Value.Object(KeyValuePair.Create<string, Value>(Sealed, _protector.Protect(value.ToJson())));

    private Value Open(Value value) => IsSealed(value) ? Value.FromJson(_protector.Unprotect(value[Sealed].AsString()!)) : value;

    private Value MaskOf(Value value)
    {
        try
        {
            return Open(value).AsString() is { Length: >= LongEnoughToHint } text ? $"{text[..3]}…{text[^4..]}" : Hidden;
        }
        catch (CryptographicException)
        {
            return Hidden; // its key is gone; an administrator must be able to see the rest and enter it again
        }
    }
}
