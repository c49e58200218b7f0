using System.Text.Encodings.Web;
using System.Text.Json;

namespace ScaiGrid.Flows.Language;

internal static class Json
{
    /// <summary>Our JSON travels in JSON bodies and files, never inside HTML, so text in any script stays readable.</summary>
    public static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
