using System.Security.Cryptography;
using System.Text;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <summary>
/// Ids of tool calls, which each protocol forms by rules of its own. A conversation may have begun with another one, so an id
/// that does not fit is replaced, by the same one each time.
/// </summary>
internal static class ToolIds
{
    /// <param name="fits">Whether the protocol takes the id as it is.</param>
    /// <param name="length">How long the one in its place is: letters a to f and digits.</param>
    public static string Fit(string id, Func<string, bool> fits, int length) =>
        fits(id) ? id : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))[..length];

    /// <summary>For upstreams that give none: no two calls of a conversation may have the same.</summary>
    public static string Make(string requestId, int number) => $"call_{requestId}_{number}";
}
