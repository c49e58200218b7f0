using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Tests.Language;

/// <summary>Shorthand of the tests: text in, value or fault out, with one scope that all of them share.</summary>
internal static class Evaluating
{
    public static readonly DateTimeOffset Now = new(2026, 1, 15, 10, 30, 0, TimeSpan.Zero);

    public static readonly Value Sample = Value.FromJson(
        """
        {
          "name": "Ada", "empty": "", "text": "Grüße 😀 Welt", "none": null, "yes": true, "zero": 0,
          "amount": 12.50, "big": 1e40, "tiny": 1e-20,
          "numbers": [3, 1, 2], "no_items": [], "nested": [[1, 2], [], [3], 4],
          "items": [{"name": "pen", "price": 2.5, "tags": ["a"]}, {"name": "ink", "price": 10, "tags": []}, {"name": "cap", "price": 2.5}],
          "order": {"id": 7, "lines": [{"sku": "x"}], "a b": 1}, "no_members": {},
          "shadow": {"length": "own", "year": null}, "day": "2026-03-09", "moment": "2026-12-31T23:30:00-02:00"
        }
        """);

    public static readonly Scope Scope = Scope.From(Sample.Members, Now);

    public static Expression Parse(string text) =>
        Expression.TryParse(text, out var expression, out var faults)
            ? expression
            : throw new InvalidOperationException($"{text}: {string.Join("; ", faults.Select(f => $"{f.Position} {f.Message}"))}");

    public static Evaluation Evaluate(string text) => Parse(text).Evaluate(Scope);

    /// <summary>The value as JSON.</summary>
    public static string Json(string text) => Result(Evaluate(text)).ToJson();

    public static EvaluationFault Fault(string text) =>
        Evaluate(text).Succeeded(out var value, out var fault) ? throw new InvalidOperationException($"{text} is {value}") : fault;

    public static Value Result(Evaluation evaluation) =>
        evaluation.Succeeded(out var value, out var fault) ? value : throw new InvalidOperationException($"{fault.Code} at {fault.Position}: {fault.Message}");

    public static IReadOnlyList<SyntaxFault> SyntaxFaults(string text) =>
        Expression.TryParse(text, out _, out var faults) ? throw new InvalidOperationException($"{text} parses") : faults;
}
