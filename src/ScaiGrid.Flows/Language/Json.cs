using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScaiGrid.Flows.Language;

internal static class Json
{
    /// <summary>Our JSON travels in JSON bodies and files, never inside HTML, so text in any script stays readable.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int MostKept = 1 << 20;

    // Values are written all the time and mostly small: each thread keeps its writer, unless a large value has blown it up.
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? t_writer;

    public static string Write(Value value)
    {
        var buffer = t_buffer ??= new(1024);
        var writer = t_writer ??= new(buffer, Compact);
        try
        {
            value.WriteTo(writer);
            writer.Flush();
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        finally
        {
            if (buffer.Capacity > MostKept)
            {
                (t_buffer, t_writer) = (null, null);
            }
            else
            {
                buffer.ResetWrittenCount();
                writer.Reset(buffer);
            }
        }
    }
}
