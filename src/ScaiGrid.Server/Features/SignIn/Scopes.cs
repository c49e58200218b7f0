namespace ScaiGrid.Server.Features.SignIn;

/// <summary>The words of OpenID Connect that mean something here. What a person may do is a matter of roles, not of scopes.</summary>
internal static class Scopes
{
    public const string OpenId = "openid", Profile = "profile", Email = "email", Offline = "offline_access";

    public static readonly IReadOnlyList<string> Known = [OpenId, Profile, Email, Offline];

    /// <summary>Those of the words that are known, in one order; others are ignored (OpenID Connect Core 3.1.2.1).</summary>
    public static string KnownOf(string? scope) => string.Join(' ', Known.Intersect(scope?.Split(' ') ?? []));
}
