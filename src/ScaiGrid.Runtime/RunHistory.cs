using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ScaiGrid.Runtime;

/// <summary>
/// Everything that happened to a run, in order. Folding it again brings the run back to where it stood: a suspended run is
/// its history and nothing else.
/// </summary>
public sealed class RunHistory
{
    /// <summary>Of the JSON form, which is <c>{"version": 1, "events": […]}</c>.</summary>
    public const int FormatVersion = 1;

    /// <summary>Leaves text in any script as it is; see <see cref="ScaiGrid.Flows.Language.Value.ToJson"/>.</summary>
    private static readonly HistoryJson Json =
        new(new JsonSerializerOptions(HistoryJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    private readonly List<RunEvent> _events;

    internal RunHistory(List<RunEvent> events) => _events = events;

    public IReadOnlyList<RunEvent> Events => _events;

    /// <summary>The state of the instance's memory that the run has seen last; null when it has seen none.</summary>
    public string? MemoryRevision => _events.FindLast(e => e is RunStarted or MemoryRead) switch
    {
        MemoryRead read => read.Revision,
        RunStarted started => started.MemoryRevision,
        _ => null,
    };

    public string ToJson() => JsonSerializer.Serialize(new Document(FormatVersion, _events), Json.Document);

    /// <returns>False, and why, for a text that is not a history or is one of a later format.</returns>
    public static bool TryParse(string json, [NotNullWhen(true)] out RunHistory? history, [NotNullWhen(false)] out string? error)
    {
        (history, error) = (null, null);
        try
        {
            var document = JsonSerializer.Deserialize(json, Json.Document);
            if (document is null || document.Events.Contains(null!))
            {
                error = "The text is not a run history.";
                return false;
            }

            if (document.Version != FormatVersion)
            {
                error = $"The history has format {document.Version}; this version reads {FormatVersion}.";
                return false;
            }

            history = new(document.Events);
            return true;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentOutOfRangeException or InvalidOperationException)
        {
            error = e.Message;
            return false;
        }
    }

    internal List<RunEvent> Copy() => [.. _events];

    internal sealed record Document(int Version, List<RunEvent> Events);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    MaxDepth = 160,
    Converters = [typeof(ValueJsonConverter)])]
[JsonSerializable(typeof(RunHistory.Document))]
internal sealed partial class HistoryJson : JsonSerializerContext;
