using System.Text.Json.Serialization;
using ScaiGrid.Flows.Language;

namespace ScaiGrid.Runtime;

/// <summary>What a run asks of a model.</summary>
/// <param name="Role">The role the step named, or the default one.</param>
/// <param name="Ref">Where the model is looked up; <c>scaigrid</c> is the tenant's catalogue.</param>
/// <param name="Model">The slug there.</param>
/// <param name="Temperature">Null leaves it to the model.</param>
/// <param name="JsonSchema">The shape of the answer wanted, a JSON Schema; null for plain text.</param>
/// <param name="Timeout">What is left of the step's budget, which the engine enforces; null for no bound.</param>
public sealed record ModelCall(
    string RunId, string StepPath, int Attempt, string Role, string Ref, string Model, decimal? Temperature,
    IReadOnlyList<ModelMessage> Messages, Value? JsonSchema, TimeSpan? Timeout) : Effect(RunId, StepPath, Attempt, Timeout)
{
    /// <summary>
    /// The run ends with this answer and says nothing else: whoever waits for the run may be told of it word by word. True of a text that no
    /// check may refuse, in the last step of the flow or in one that only a <c>set: {response: …}</c> or a template of it alone comes after.
    /// </summary>
    public bool IsReply { get; init; }
}

/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">Text, or the array of content parts that a chat call came with.</param>
public sealed record ModelMessage(string Role, Value Content);

/// <summary>What came of a call: one of a text, a refusal and a failure, and in any case what it used.</summary>
/// <param name="Text">Null when there is none.</param>
/// <param name="Refusal">Why the model declined, in its words; null when it did not.</param>
/// <param name="Failure">Why there is no answer; null when there is one.</param>
public sealed record ModelAnswer(string? Text, ModelUsage Usage, string? Refusal = null, ModelFailure? Failure = null)
{
    public static ModelAnswer Of(string text, int inputTokens = 0, int outputTokens = 0) =>
        new(text, new(inputTokens, outputTokens));

    public static ModelAnswer Failed(string code, string message, bool retryable) =>
        new(null, default, Failure: new(code, message, retryable));
}

/// <summary>The host has made its own retries by now: the next to be tried is a fallback model.</summary>
/// <param name="Retryable">True when another model may well answer; a false one fails the run at once.</param>
public sealed record ModelFailure(string Code, string Message, bool Retryable)
{
    /// <summary>The slug is gone or switched off: a fallback is tried even though the same call would fail again.</summary>
    public const string ModelNotFound = "model_not_found", ModelUnavailable = "model_unavailable";

    public const string Timeout = "timeout";
}

/// <param name="Cost">As the host counts it, in whatever currency; left out of a history when it is 0.</param>
public readonly record struct ModelUsage(
    long InputTokens, long OutputTokens, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] decimal Cost = 0)
{
    public static ModelUsage operator +(ModelUsage left, ModelUsage right) =>
        new(left.InputTokens + right.InputTokens, left.OutputTokens + right.OutputTokens, left.Cost + right.Cost);
}
