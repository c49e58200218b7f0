namespace ScaiGrid.Server.Kernel;

/// <summary>Pictures that people send. What they are is told from their first bytes, never from what the sender claims.</summary>
internal static class Images
{
    public const int MaxBytes = 1 << 20;

    /// <returns>The media type of a PNG, JPEG or WebP image; null for anything else.</returns>
    public static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png"
        : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg"
        : bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8) ? "image/webp"
        : null;
}
