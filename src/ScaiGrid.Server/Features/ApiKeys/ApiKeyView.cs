namespace ScaiGrid.Server.Features.ApiKeys;

/// <summary>A key as its owner sees it, without the secret.</summary>
/// <param name="Prefix">What the secret begins with, to recognise it by.</param>
/// <param name="Permissions">At most these of the user's; empty = all of them.</param>
/// <param name="ModelGroups">Only models in these groups are seen; empty = not restricted.</param>
/// <param name="RateLimit">Requests in 60 seconds; null = the server's default, 0 = unlimited.</param>
/// <param name="ExpiresAt">Null = never.</param>
internal sealed record ApiKeyView(
    string Id, string Name, string Prefix, string UserId, IReadOnlyList<string> Permissions, IReadOnlyList<string> ModelGroups,
    int? RateLimit, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt)
{
    public static ApiKeyView Of(ApiKey key) =>
        new(key.Id.Value, key.Name, key.Hint, key.UserId.Value, key.Permissions, key.ModelGroups, key.RateLimit, key.ExpiresAt, key.CreatedAt);
}
