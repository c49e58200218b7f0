using System.Collections;
using System.Reflection;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Rules;

/// <summary>Whoever runs the server finds every option in one table, with the default that it really has.</summary>
public sealed class OptionsDocument
{
    [Fact]
    public void Lists_every_option_with_its_default_and_no_others() =>
        Assert.Equal(
            Options(typeof(ServerOptions), new ServerOptions(), "").Order(StringComparer.Ordinal),
            Golden.Read("docs/operate.md").Split('\n').Where(l => l.StartsWith("| `", StringComparison.Ordinal))
                .Select(l => l.Split('|')).Select(c => $"{c[1].Trim()} {c[2].Trim()}").Order(StringComparer.Ordinal));

    private static IEnumerable<string> Options(Type type, object options, string prefix)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = property.GetValue(options);
            if (property.PropertyType.Namespace!.StartsWith("ScaiGrid.", StringComparison.Ordinal) && !property.PropertyType.IsEnum)
            {
                foreach (var inner in Options(property.PropertyType, value!, $"{prefix}{property.Name}:"))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return $"`{prefix}{property.Name}` {Show(value)}";
            }
        }
    }

    private static string Show(object? value) => value switch
    {
        null or ICollection { Count: 0 } => "none",
        bool or Enum => $"`{value.ToString()!.ToLowerInvariant()}`",
        _ => $"`{value}`",
    };
}
