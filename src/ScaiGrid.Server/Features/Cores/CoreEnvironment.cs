using Microsoft.AspNetCore.DataProtection;
using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>
/// A Core's environment: names with plain values, or with <c>{"type": "secret", "value": …}</c>, whose value is encrypted
/// before it is stored and never shown again.
/// </summary>
internal sealed class CoreEnvironment(IDataProtectionProvider protection)
{
    private const string Masked = "••••••••";

    private readonly IDataProtector _protector = protection.CreateProtector("core.environment");

    public static void Check(Value environment, List<Fault> faults)
    {
        foreach (var (name, value) in environment.Members)
        {
            if (name.Length is 0 or > 100)
            {
                faults.Add(new($"environment.{name}", "has a name that is not 1 to 100 characters long"));
            }

            if (IsSecret(value) && value["value"].Kind != ValueKind.String)
            {
                faults.Add(new($"environment.{name}.value", "must be text"));
            }
        }
    }

    /// <summary>Masks that a caller sent where no secret is stored: kept, they would be taken for the secret itself.</summary>
    public static void CheckMasks(Value sent, Value stored, List<Fault> faults) => faults.AddRange(
        from member in sent.Members
        where IsSecret(member.Value) && member.Value["value"].AsString() == Masked && !IsSecret(stored[member.Key])
        select new Fault($"environment.{member.Key}.value", "is the mask of a secret that this Core does not have"));

    public static Value Mask(Value environment) => Map(environment, (_, value) => IsSecret(value)
        ? Value.Object([new("type", "secret"), new("value", Masked)])
        : value);

    /// <summary>What is stored for what a caller sent. A secret that comes back masked stays what it was.</summary>
    public Value Protect(Value sent, Value stored) => Map(sent, (name, value) => !IsSecret(value) ? value
        : value["value"].AsString() == Masked && IsSecret(stored[name]) ? stored[name]
        : Value.Object([new("type", "secret"), new("value", _protector.Protect(value["value"].AsString() ?? ""))]));

    /// <summary>The values as the program sees them under <c>config</c>.</summary>
    public Value Reveal(Value stored) => Map(stored, (_, value) => IsSecret(value) ? _protector.Unprotect(value["value"].AsString() ?? "") : value);

    /// <summary>What of it is secret, in the clear.</summary>
    public IEnumerable<string> SecretsIn(Value stored) => stored.Members.Where(m => IsSecret(m.Value)).Select(m => _protector.Unprotect(m.Value["value"].AsString() ?? ""));

    /// <summary>Whether a name has a text that is not empty, secret or not.</summary>
    public static bool HasText(Value stored, string name) => (IsSecret(stored[name]) ? stored[name]["value"] : stored[name]).AsString() is { Length: > 0 };

    private static bool IsSecret(Value value) => value["type"].AsString() == "secret";

    private static Value Map(Value environment, Func<string, Value, Value> map) =>
        Value.Object(environment.Members.Select(m => KeyValuePair.Create(m.Key, map(m.Key, m.Value))));
}
