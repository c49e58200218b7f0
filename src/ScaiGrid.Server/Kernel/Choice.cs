using System.Reflection;
using System.Text.Json;

namespace ScaiGrid.Server.Kernel;

/// <summary>A query value that is one of an enum's words in snake_case; null when the caller did not choose.</summary>
internal sealed record Choice<T>(T? Value, Error? Fault) : IRefusable where T : struct, Enum
{
    private static readonly Dictionary<string, T> Words = Enum.GetValues<T>().ToDictionary(v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

    public static ValueTask<Choice<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var name = parameter.Name!;
        return ValueTask.FromResult<Choice<T>?>(context.Request.Query[name] switch
        {
            [] => new(null, null),
            [{ } word] when Words.TryGetValue(word, out var value) => new(value, null),
            _ => new(null, KernelErrors.Validation.At(name, $"must be one of {string.Join(", ", Words.Keys)}")),
        });
    }
}
