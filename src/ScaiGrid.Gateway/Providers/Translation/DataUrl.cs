using System.Text;
using System.Text.Json;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.Translation;

/// <summary>A medium inside the request (RFC 2397, base64): <c>data:image/png;base64,…</c>.</summary>
internal readonly ref struct DataUrl
{
    private DataUrl(ReadOnlySpan<byte> mediaType, ReadOnlySpan<byte> data)
    {
        MediaType = mediaType;
        Data = data;
    }

    /// <summary>Such as <c>image/png</c>.</summary>
    public ReadOnlySpan<byte> MediaType { get; }

    /// <summary>Base64, not decoded.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <param name="url">A JSON string. A megabyte of image is not copied unless it holds escapes.</param>
    public static bool TryRead(JsonElement url, out DataUrl data)
    {
        var raw = url.Raw[1..^1];
        var text = raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(url.GetString()!) : raw;
        data = default;
        var comma = text.IndexOf((byte)',');
        if (!text.StartsWith("data:"u8) || comma < 0 || !text[..comma].EndsWith(";base64"u8))
        {
            return false;
        }

        var type = text["data:".Length..(comma - ";base64".Length)];
        var end = type.IndexOf((byte)';');
        type = end < 0 ? type : type[..end];
        if (type.IndexOf((byte)'/') <= 0 || comma + 1 == text.Length)
        {
            return false;
        }

        data = new(type, text[(comma + 1)..]);
        return true;
    }
}
