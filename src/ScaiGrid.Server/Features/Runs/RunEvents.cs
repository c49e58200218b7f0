using System.Text.Json;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Events on their way to a run, as they wait in its row.</summary>
internal static class RunEvents
{
    public static string ToJson(RunEvent happened) => JsonSerializer.Serialize(happened, Json.Options);

    public static RunEvent FromJson(string json) => JsonSerializer.Deserialize<RunEvent>(json, Json.Options)!;
}
