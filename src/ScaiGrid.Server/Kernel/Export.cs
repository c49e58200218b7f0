using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace ScaiGrid.Server.Kernel;

internal enum ExportFormat { Csv, Ndjson }

/// <summary>A list as a file: a line for each row, written as the rows come, however many there are.</summary>
/// <param name="name">The file's, without its ending.</param>
internal sealed class Export<T>(ExportFormat format, string name, IAsyncEnumerable<T> rows) : IResult
{
    private static readonly byte[] NewLine = "\n"u8.ToArray(), CsvNewLine = "\r\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, ct) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = format == ExportFormat.Csv ? "text/csv; charset=utf-8" : "application/x-ndjson";
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}.{format.ToString().ToLowerInvariant()}\"";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using var output = new BufferedStream(response.Body, 64 << 10);
        if (format == ExportFormat.Csv)
        {
            var columns = Json.Options.GetTypeInfo(typeof(T)).Properties.Where(p => p.Get is not null).Select(p => p.Name);
            await output.WriteAsync(Encoding.UTF8.GetBytes(string.Join(',', columns)), ct);
            await output.WriteAsync(CsvNewLine, ct);
        }

        await foreach (var row in rows.WithCancellation(ct))
        {
            await output.WriteAsync(format == ExportFormat.Csv ? CsvOf(row) : JsonSerializer.SerializeToUtf8Bytes(row, Json.Options), ct);
            await output.WriteAsync(format == ExportFormat.Csv ? CsvNewLine : NewLine, ct);
        }
    }

    /// <summary>A line as RFC 4180 has it, the values as JSON writes them.</summary>
    private static byte[] CsvOf(T row) => Encoding.UTF8.GetBytes(string.Join(',', JsonSerializer.SerializeToElement(row, Json.Options).EnumerateObject().Select(m => Field(m.Value))));

    private static string Field(JsonElement value)
    {
        var text = value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.String => value.GetString()!,
            _ => value.GetRawText(),
        };

        // A spreadsheet would take what begins so for a formula.
        text = value.ValueKind == JsonValueKind.String && text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? $"'{text}" : text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
