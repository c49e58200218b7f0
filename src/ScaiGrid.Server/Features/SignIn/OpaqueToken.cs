using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>Codes, refresh tokens, device codes and cookies: 32 random bytes that say nothing. Only their hashes are stored.</summary>
internal static class OpaqueToken
{
    public const int MaxLength = 64;

    public static string Make() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Lower-case hex SHA-256. A fast hash is enough: nobody guesses 256 random bits.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
