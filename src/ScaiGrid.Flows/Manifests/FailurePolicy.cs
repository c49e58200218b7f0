using System.Globalization;
using System.Text.RegularExpressions;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Flows.Manifests;

/// <summary>What can be wrong with an answer that did arrive.</summary>
public enum FailureKind
{
    /// <summary>The output's <c>confidence</c> is below the step's <c>min_confidence</c>. Looked at only where a policy names it.</summary>
    LowConfidence,

    /// <summary>The step's <c>validate</c> does not hold.</summary>
    ConstraintViolation,

    /// <summary>The answer is not what <c>output</c> asks for. Asked again once unless a policy says otherwise.</summary>
    ParseError,

    /// <summary>The model declined.</summary>
    Refusal,
}

public enum FailureEnd
{
    Fail,

    /// <summary>A checkpoint asks a person, whose resolution becomes the step's result.</summary>
    Escalate,
}

/// <summary>
/// How a step goes on after a bad answer. Written <c>retry(max = 2, with = "stricter format") | escalate</c>, or
/// <c>{retry: {max: 2, with: "…"}, then: escalate}</c>.
/// </summary>
/// <param name="Retries">How often to ask again, 0 to 10.</param>
/// <param name="With">Said to the model when it is asked again; null for only the reason.</param>
/// <param name="Then">When the retries are used up.</param>
public sealed partial record FailurePolicy(int Retries, string? With, FailureEnd Then)
{
    public const int MostRetries = 10;

    private static readonly ManifestShape Shape = new(["retry", "then"]);
    private static readonly ManifestShape RetryShape = new(["max", "with"]);

    internal static FailurePolicy? Read(ManifestNode node)
    {
        if (node.Value.Kind == ValueKind.Object)
        {
            return ReadObject(node);
        }

        if (node.Text() is not { } text)
        {
            return null;
        }

        var match = Chain().Match(text);
        var (retry, bar, end) = (match.Groups["retry"].Success, match.Groups["bar"].Success, match.Groups["end"].Success);
        if (!match.Success || (!retry && !end) || bar != (retry && end))
        {
            node.Error(ManifestCodes.FailurePolicy,
                $"'{text}' is not a policy: retry(max = 2, with = \"…\"), escalate, fail, or a retry and one of the two joined by '|'.");
            return null;
        }

        var retries = !retry ? 0 : match.Groups["max"] is { Success: true } max
            ? int.Parse(max.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture)
            : 1;
        if (retries > MostRetries)
        {
            node.Error(ManifestCodes.Range, $"At most {MostRetries} retries are possible.");
        }

        var with = match.Groups["with"] is { Success: true } said ? said.Value : null;
        return new(retries, with, match.Groups["end"].Value == "escalate" ? FailureEnd.Escalate : FailureEnd.Fail);
    }

    private static FailurePolicy ReadObject(ManifestNode node)
    {
        node.WarnOfUnknownKeys(Shape);
        var retry = node.Given("retry");
        if (retry is not null && retry.IsObject())
        {
            retry.WarnOfUnknownKeys(RetryShape);
        }

        return new(
            retry is null ? 0 : retry.Given("max")?.Whole(1, MostRetries) ?? 1,
            retry?.Given("with")?.Text(),
            node.Given("then")?.OneOf("escalate", "fail") == "escalate" ? FailureEnd.Escalate : FailureEnd.Fail);
    }

    [GeneratedRegex(
        """
        ^\s*(?<retry>retry\s*(\(\s*(max\s*=\s*(?<max>[0-9]{1,4}))?\s*,?\s*(with\s*=\s*("(?<with>[^"\\]*)"|'(?<with>[^'\\]*)'))?\s*\))?)?\s*(?<bar>\|)?\s*(?<end>escalate|fail)?\s*\z
        """)]
    private static partial Regex Chain();
}
