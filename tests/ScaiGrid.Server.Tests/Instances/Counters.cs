using System.Net;
using System.Text.Json;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Instances;

/// <summary>Cores that count, and calls of them.</summary>
internal static class Counters
{
    /// <param name="steps">Between counting and answering.</param>
    /// <param name="core">More variables, or more of the Core.</param>
    public static string Yaml(string steps = "", string mode = "entity", string core = "") => $$$"""
        core:
          name: Counter
          mode: {{{mode}}}
          entity_key: customer
          variables:
            - { name: count, type: int, default: 0 }
            - { name: notes, type: "array[string]", default: [] }
        {{{core}}}
          flows:
            - name: count
              steps:
                - set: { count: "{{count + 1}}" }
        {{{steps}}}
                - rigid: "{{count}}"
        """;

    public const string Ask = "        - { id: ask, checkpoint: { type: freeform, prompt: go on } }";

    public const string Think = "        - { id: think, llm_turn: think }";

    /// <summary>Counts and then thinks for a while, with that model.</summary>
    public static string Slow(string model, string steps = Think) => Yaml(steps, core: $"  model: scaigrid/{model}");

    extension(HttpClient http)
    {
        public async Task<string> CountAsync(string core, string customer, object? input = null) =>
            (await http.PostDataAsync($"{TestCores.Base}/cores/{core}/invoke", new { input = input ?? new { customer } })).At("output").GetRawText();

        public Task<JsonElement> MemoryAsync(string core, string customer) => http.GetDataAsync($"{TestCores.Base}/cores/{core}/memory/{Uri.EscapeDataString(customer)}");

        public async Task<JsonElement> NoMemoryAsync(string core, string customer) =>
            await http.RefusedAsync(HttpMethod.Get, $"{TestCores.Base}/cores/{core}/memory/{Uri.EscapeDataString(customer)}", null, HttpStatusCode.NotFound, "INSTANCE_NOT_FOUND");
    }
}
