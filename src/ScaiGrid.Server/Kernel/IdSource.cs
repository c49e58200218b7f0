using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ScaiGrid.Server.Kernel;

/// <summary>Makes ids: a prefix, and 26 characters of Crockford base 32 that sort by the moment they were made, as ULIDs do.</summary>
internal sealed class IdSource(TimeProvider clock)
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int RandomBytes = 10;

    // Several ids are made for each request; the operating system is asked for randomness once for a hundred of them.
    [ThreadStatic]
    private static byte[]? t_random;

    [ThreadStatic]
    private static int t_used;

    /// <summary>The least id that could have been made at that time.</summary>
    public static Id<T> FirstOf<T>(DateTimeOffset at) where T : IIdentified<T> => new(FirstAt(T.IdPrefix, at));

    /// <inheritdoc cref="FirstOf"/>
    /// <param name="at">What is before 1970 is as good as 1970.</param>
    public static string FirstAt(string prefix, DateTimeOffset at) => Write(prefix, (UInt128)(ulong)(Math.Max(0, at.ToUnixTimeMilliseconds()) << 16) << 64);

    public Id<T> New<T>() where T : IIdentified<T> => new(New(T.IdPrefix));

    public string New(string prefix) => string.Create(prefix.Length + 27, (prefix, clock), static (text, state) =>
    {
        state.prefix.CopyTo(text);
        text[state.prefix.Length] = '_';

        // 48 bits of milliseconds, then 80 random bits.
        Span<byte> bits = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bits, state.clock.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        NextRandom().CopyTo(bits[6..]);
        Write(text, state.prefix.Length, BinaryPrimitives.ReadUInt128BigEndian(bits));
    });

    private static string Write(string prefix, UInt128 number) => string.Create(prefix.Length + 27, (prefix, number), static (text, state) =>
    {
        state.prefix.CopyTo(text);
        text[state.prefix.Length] = '_';
        Write(text, state.prefix.Length, state.number);
    });

    private static void Write(Span<char> text, int after, UInt128 number)
    {
        for (var i = text.Length - 1; i > after; i--)
        {
            text[i] = Alphabet[(int)(number & 31)];
            number >>= 5;
        }
    }

    private static ReadOnlySpan<byte> NextRandom()
    {
        if (t_random is null || t_used == t_random.Length)
        {
            t_random ??= new byte[100 * RandomBytes];
            RandomNumberGenerator.Fill(t_random);
            t_used = 0;
        }

        t_used += RandomBytes;
        return t_random.AsSpan(t_used - RandomBytes, RandomBytes);
    }
}
