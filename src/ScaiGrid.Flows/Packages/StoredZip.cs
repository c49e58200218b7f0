using System.Buffers.Binary;
using System.Text;

namespace ScaiGrid.Flows.Packages;

/// <summary>
/// ZIP (PKWARE APPNOTE 6.3) in one of its many forms: entries stored, each with the time 1980-01-01 00:00, UTF-8 names, nothing optional. The same
/// entries make the same bytes everywhere, and only those bytes are read.
/// </summary>
internal static class StoredZip
{
    private const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50, EndSignature = 0x06054b50;
    private const int LocalLength = 30, CentralLength = 46, EndLength = 22;
    private const ushort Version = 20, Utf8Names = 0x0800, FirstOfJanuary1980 = 0x0021;

    private static readonly uint[] CrcTable = MakeCrcTable();

    public static byte[] Write(IReadOnlyList<ZipEntry> entries)
    {
        var output = new MemoryStream(entries.Sum(e => e.Content.Length + 2 * e.Name.Length + LocalLength + CentralLength) + EndLength);
        var (offsets, sums) = (new int[entries.Count], new uint[entries.Count]);
        var header = new byte[LocalLength].AsSpan();
        foreach (var (i, entry) in entries.Index())
        {
            (offsets[i], sums[i]) = ((int)output.Length, Crc32(entry.Content.Span));
            BinaryPrimitives.WriteUInt32LittleEndian(header, LocalSignature);
            WriteCommon(header[4..], entry, sums[i]);
            output.Write(header);
            output.Write(Encoding.UTF8.GetBytes(entry.Name));
            output.Write(entry.Content.Span);
        }

        var directory = (int)output.Length;
        header = new byte[CentralLength];
        foreach (var (i, entry) in entries.Index())
        {
            BinaryPrimitives.WriteUInt32LittleEndian(header, CentralSignature);
            BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
            WriteCommon(header[6..], entry, sums[i]);
            BinaryPrimitives.WriteInt32LittleEndian(header[42..], offsets[i]);
            output.Write(header);
            output.Write(Encoding.UTF8.GetBytes(entry.Name));
        }

        WriteEnd(output, entries.Count, directory);
        return output.GetBuffer().Length == output.Length ? output.GetBuffer() : output.ToArray();
    }

    /// <returns>The entries, or what is wrong with the archive.</returns>
    public static (IReadOnlyList<ZipEntry> Entries, string? Fault) Read(ReadOnlyMemory<byte> archive)
    {
        var (entries, fault) = Entries(archive);
        if (fault is not null)
        {
            return ([], fault);
        }

        // One comparison finds whatever else there may be: a directory that says otherwise, comments, gaps, wrong sums, odd flags and times.
        var proper = Write(entries);
        var same = archive.Span.CommonPrefixLength(proper);
        return same == proper.Length && same == archive.Length ? (entries, null)
            : ([], $"byte {same} is not what a package with these entries has there; only the form that 'scai package' and this server write is accepted");
    }

    /// <summary>The entries alone, as their own headers have them.</summary>
    public static (IReadOnlyList<ZipEntry> Entries, string? Fault) Entries(ReadOnlyMemory<byte> archive)
    {
        var entries = new List<ZipEntry>();
        var rest = archive;
        while (rest.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(rest.Span) == LocalSignature)
        {
            if (ReadEntry(ref rest, out var entry) is { } fault)
            {
                return ([], fault);
            }

            entries.Add(entry!);
        }

        return entries.Count > 0 ? (entries, null) : ([], "this is not a ZIP file with entries from its first byte on");
    }

    private static string? ReadEntry(ref ReadOnlyMemory<byte> rest, out ZipEntry? entry)
    {
        entry = null;
        var header = rest.Span;
        if (header.Length < LocalLength)
        {
            return "the file ends within a header";
        }

        var (flags, method) = (BinaryPrimitives.ReadUInt16LittleEndian(header[6..]), BinaryPrimitives.ReadUInt16LittleEndian(header[8..]));
        var (packed, size) = (BinaryPrimitives.ReadUInt32LittleEndian(header[18..]), BinaryPrimitives.ReadUInt32LittleEndian(header[22..]));
        var (name, extra) = (BinaryPrimitives.ReadUInt16LittleEndian(header[26..]), BinaryPrimitives.ReadUInt16LittleEndian(header[28..]));
        var begin = LocalLength + name + extra;
        if ((flags & 1) != 0)
        {
            return "an entry is encrypted";
        }

        if (method != 0 || (flags & 8) != 0 || packed != size)
        {
            return "an entry is compressed or of unknown length; entries of a package are stored";
        }

        if (size > (uint)rest.Length || begin + size > rest.Length)
        {
            return "the file ends within an entry";
        }

        entry = new(Encoding.UTF8.GetString(header.Slice(LocalLength, name)), rest.Slice(begin, (int)size));
        rest = rest[(begin + (int)size)..];
        return null;
    }

    /// <summary>What both headers of an entry have alike: from the version needed to the length of extra fields.</summary>
    private static void WriteCommon(Span<byte> header, ZipEntry entry, uint sum)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], Utf8Names);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 0); // stored
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 0); // 00:00
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], FirstOfJanuary1980);
        BinaryPrimitives.WriteUInt32LittleEndian(header[10..], sum);
        BinaryPrimitives.WriteInt32LittleEndian(header[14..], entry.Content.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[18..], entry.Content.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(header[22..], (ushort)Encoding.UTF8.GetByteCount(entry.Name));
        BinaryPrimitives.WriteUInt16LittleEndian(header[24..], 0);
    }

    private static void WriteEnd(MemoryStream output, int count, int directory)
    {
        Span<byte> end = stackalloc byte[EndLength];
        end.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(end, EndSignature);
        BinaryPrimitives.WriteUInt16LittleEndian(end[8..], (ushort)count);
        BinaryPrimitives.WriteUInt16LittleEndian(end[10..], (ushort)count);
        BinaryPrimitives.WriteInt32LittleEndian(end[12..], (int)output.Length - directory);
        BinaryPrimitives.WriteInt32LittleEndian(end[16..], directory);
        output.Write(end);
    }

    private static uint Crc32(ReadOnlySpan<byte> content)
    {
        var sum = ~0u;
        foreach (var b in content)
        {
            sum = CrcTable[(byte)(sum ^ b)] ^ (sum >> 8);
        }

        return ~sum;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            table[i] = i;
            for (var bit = 0; bit < 8; bit++)
            {
                table[i] = (table[i] & 1) != 0 ? 0xEDB88320 ^ (table[i] >> 1) : table[i] >> 1;
            }
        }

        return table;
    }
}

internal sealed record ZipEntry(string Name, ReadOnlyMemory<byte> Content);
