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

    public Id<T> New<T>() where T : IIdentified<T> => new(New(T.IdPrefix));

    public string New(string prefix) => string.Create(prefix.Length + 27, (prefix, clock), static (text, state) =>
    {
        state.prefix.CopyTo(text);
        text[state.prefix.Length] = '_';

        // 48 bits of milliseconds, then 80 random bits.
        Span<byte> bits = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bits, state.clock.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        NextRandom().CopyTo(bits[6..]);
        var number = BinaryPrimitives.ReadUInt128BigEndian(bits);
        for (var i = text.Length - 1; i > state.prefix.Length; i--)
        {
            text[i] = Alphabet[(int)(number & 31)];
            number >>= 5;
        }
    });

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
