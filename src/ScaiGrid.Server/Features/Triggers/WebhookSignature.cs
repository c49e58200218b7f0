using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ScaiGrid.Server.Features.Triggers;

/// <summary>
/// The header <c>t=1767225600,v1=…</c>: seconds since 1970, and the HMAC-SHA256 in hexadecimal over those digits, a dot and the body. Several
/// <c>v1</c> may stand in it while a secret is replaced; one of them has to be right.
/// </summary>
internal sealed record WebhookSignature(DateTimeOffset At, string Hex)
{
    /// <summary>How far from now the timestamp may be, either way.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private const int MostCandidates = 5, LongestHeader = 1024;

    /// <summary>Takes the same time for every wrong signature of a body.</summary>
    /// <param name="header">As it was sent; null when it was not.</param>
    /// <param name="secret">Null when there is none to check with: then no signature is right.</param>
    /// <returns>Null when it is not right.</returns>
    public static WebhookSignature? Verify(string? header, ReadOnlySpan<byte> body, string? secret)
    {
        var (time, candidates) = Read(header);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        using (var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret ?? "")))
        {
            hmac.AppendData(Encoding.ASCII.GetBytes(time));
            hmac.AppendData("."u8);
            hmac.AppendData(body);
            hmac.GetHashAndReset(expected);
        }

        var isRight = false;
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        foreach (var candidate in candidates)
        {
            isRight |= candidate.Length == 2 * given.Length
                && Convert.FromHexString(candidate, given, out _, out _) == OperationStatus.Done
                && CryptographicOperations.FixedTimeEquals(given, expected);
        }

        return isRight && !string.IsNullOrEmpty(secret) && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? new(DateTimeOffset.FromUnixTimeSeconds(seconds), Convert.ToHexStringLower(expected))
            : null;
    }

    public bool IsFresh(DateTimeOffset now) => (now - At).Duration() <= Tolerance;

    /// <summary>The digits of the time, at most 11, and what is said to be the signature.</summary>
    private static (string Time, IEnumerable<string> Candidates) Read(string? header)
    {
        if (header is not { Length: <= LongestHeader })
        {
            return ("", []);
        }

        var parts = header.Split(',', StringSplitOptions.TrimEntries).Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToList();
        var times = parts.Where(part => part[0] == "t").Select(part => part[1]).ToList();
        return times is [{ Length: > 0 and <= 11 } time] && time.All(char.IsAsciiDigit)
            ? (time, parts.Where(part => part[0] == "v1").Select(part => part[1]).Take(MostCandidates))
            : ("", []);
    }
}
