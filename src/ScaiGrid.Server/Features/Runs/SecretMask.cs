using ScaiGrid.Flows.Language;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Takes a Core's secrets out of what is written about its runs: a template may have put them anywhere.</summary>
internal sealed class SecretMask
{
    public const string Masked = "••••••••";

    /// <summary>Shorter ones are no secrets, and would take half of every text with them.</summary>
    private const int ShortestSecret = 4;

    public static readonly SecretMask None = new([]);

    /// <summary>Shows nothing, for where nobody can tell any more what the secrets were.</summary>
    public static readonly SecretMask Everything = new([], hidesAll: true);

    private readonly string[] _secrets;
    private readonly bool _hidesAll;

    private SecretMask(string[] secrets, bool hidesAll = false) => (_secrets, _hidesAll) = (secrets, hidesAll);

    public static SecretMask Of(IEnumerable<string> secrets)
    {
        string[] some = [.. secrets.Where(s => s.Length >= ShortestSecret).Distinct(StringComparer.Ordinal).OrderByDescending(s => s.Length)];
        return some.Length == 0 ? None : new(some);
    }

    public string InText(string text)
    {
        if (_hidesAll)
        {
            return Masked;
        }

        foreach (var secret in _secrets)
        {
            text = text.Replace(secret, Masked, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>The value with masks in its texts and names. A number that is a secret becomes a text; part of a number is none.</summary>
    public Value In(Value value) => _hidesAll ? Masked : _secrets.Length == 0 ? value : MaskedIn(value);

    private Value MaskedIn(Value value) => value.Kind switch
    {
        ValueKind.String => InText(value.AsString()!),
        ValueKind.Number => _secrets.Contains(value.ToText(), StringComparer.Ordinal) ? Masked : value,
        ValueKind.Array => Value.Array([.. value.Items.Select(MaskedIn)]),
        ValueKind.Object => Value.Object(value.Members.Select(m => KeyValuePair.Create(InText(m.Key), MaskedIn(m.Value)))),
        _ => value,
    };
}
