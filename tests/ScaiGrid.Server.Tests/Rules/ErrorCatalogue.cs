using System.Reflection;
using ScaiGrid.Server.Kernel;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Rules;

/// <summary>Error codes are public contract, so the whole list is reviewed whenever it changes.</summary>
public sealed class ErrorCatalogue
{
    private static readonly ErrorType[] All = [.. typeof(EntryPoint).Assembly.GetTypes()
        .Where(t => t.Name.EndsWith("Errors", StringComparison.Ordinal))
        .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public))
        .Select(f => f.GetValue(null)).OfType<ErrorType>()];

    [Fact]
    public void Matches_the_documented_list() =>
        Golden.Match("docs/errors.md", string.Join('\n',
        [
            "# Errors", "", "Branch on the code, never on the message. `/api/v1` and `/oai/v1` write codes in lower case.", "",
            "| code | status | title |", "|---|---|---|",
            .. All.Select(e => $"| `{e.Code}` | {e.Kind.Status} | {e.Title} |").Order(StringComparer.Ordinal), "",
        ]));

    [Fact]
    public void Has_each_code_once() => Assert.Equal(All.Length, All.Select(e => e.Code).Distinct().Count());
}
