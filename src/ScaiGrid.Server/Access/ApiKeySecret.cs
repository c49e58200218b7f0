using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ScaiGrid.Server.Access;

/// <summary>What a caller holds: <c>sgk_</c> and 43 base64url characters for 32 random bytes. Only its hash is ever stored.</summary>
internal static class ApiKeySecret
{
    public const string Prefix = "sgk_";

    public const int Length = 47;

    public static string Make()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return Prefix + Base64Url.EncodeToString(random);
    }

    public static bool IsWellFormed(ReadOnlySpan<char> secret) =>
        secret.Length == Length && secret.StartsWith(Prefix, StringComparison.Ordinal) && Base64Url.IsValid(secret[Prefix.Length..]);

    /// <summary>Enough to recognise a key by, and no help in guessing it.</summary>
    public static string HintOf(string secret) => secret[..8];

    /// <summary>Lower-case hex SHA-256 of the whole secret. A fast hash is enough: nobody guesses 256 random bits.</summary>
    public static string HashOf(ReadOnlySpan<char> secret)
    {
        Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(Length)];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(secret, utf8)], hash);
        return Convert.ToHexStringLower(hash);
    }
}
