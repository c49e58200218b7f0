using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ScaiGrid.Gateway.Providers.Scripted;

/// <summary>
/// A vector of length 1 that knows nothing but which words a text has, the same on every machine: texts that share words are near each other,
/// which is enough to try a search out.
/// </summary>
internal static class WordVector
{
    public const int Dimensions = 64;

    public static float[] Of(string text, int dimensions)
    {
        var sums = new double[dimensions];
        foreach (var word in text.ToLowerInvariant().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(word.Trim('.', ',', ';', ':', '!', '?', '"', '\''))));
            sums[(int)(hash / 2 % (ulong)dimensions)] += (hash & 1) == 0 ? 1 : -1;
        }

        var length = Math.Sqrt(sums.Sum(s => s * s));
        if (length == 0) // no words, or words that undo each other: a direction all the same
        {
            (sums[0], length) = (1, 1);
        }

        return [.. sums.Select(s => (float)(s / length))];
    }
}
