using System.Text.Json;

namespace ScaiGrid.Server.Access.Oidc;

/// <summary>What a validated token says about its bearer. A list is null when the token does not speak of it at all.</summary>
internal sealed record TokenClaims(string? Subject, string? Email, string? Name, string? Tenant, IReadOnlyList<string>? Roles, IReadOnlyList<string>? Groups)
{
    private const int MaxWords = 500;

    public static TokenClaims Read(JsonElement payload, OidcClaims names)
    {
        var roles = Words(payload, names.Roles);
        var role = Words(payload, names.Role);
        return new(
            Text(payload, names.Subject),
            Text(payload, names.Email),
            Text(payload, names.Name),
            Text(payload, names.Tenant),
            roles is null && role is null ? null : [.. (roles ?? []).Union(role ?? []).Where(Access.Roles.Exists).Order(StringComparer.Ordinal)],
            Words(payload, names.Groups) is { } groups ? [.. groups.Distinct().Order(StringComparer.Ordinal)] : null);
    }

    private static string? Text(JsonElement payload, string name) =>
        Find(payload, name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    private static List<string>? Words(JsonElement payload, string name) => Find(payload, name) switch
    {
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!).Take(MaxWords)],
        { ValueKind: JsonValueKind.String } words => [.. words.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(MaxWords)],
        _ => null,
    };

    private static JsonElement? Find(JsonElement payload, string name)
    {
        if (payload.TryGetProperty(name, out var whole)) // a name may be an address, dots and all
        {
            return whole;
        }

        foreach (var part in name.Split('.'))
        {
            if (payload.ValueKind != JsonValueKind.Object || !payload.TryGetProperty(part, out payload))
            {
                return null;
            }
        }

        return payload;
    }
}
